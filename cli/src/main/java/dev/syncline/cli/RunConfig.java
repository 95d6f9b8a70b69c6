package dev.syncline.cli;

import dev.syncline.spec.ModelSpec;
import dev.syncline.torch.train.TrainConfig;

/** {@code config.json} of a run, and what {@code train --config} reads. */
record RunConfig(ModelSpec model, TrainConfig train) {}
