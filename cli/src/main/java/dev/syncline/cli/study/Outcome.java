package dev.syncline.cli.study;

import java.util.Map;

/**
 * What came of one training.
 *
 * @param scores of each metric under each condition
 */
public record Outcome(String variant, long seed, Map<String, Map<String, Double>> scores) {}
