package dev.syncline.spec;

import java.util.Optional;

/**
 * One sense of a model: how its packets become rows and, if there is one, the frozen network that
 * reads them. What it learns itself stands in the model's tree.
 */
public record Modality(FrontEnd frontEnd, Optional<FrozenEncoder> encoder) {}
