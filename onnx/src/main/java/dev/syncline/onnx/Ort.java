package dev.syncline.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * ONNX Runtime. Where its library cannot be loaded, its log would say so in a stack trace before
 * the error does.
 */
final class Ort {
  private static final Logger LOG = Logger.getLogger("ai.onnxruntime.OnnxRuntime");

  static {
    LOG.setLevel(Level.OFF);
  }

  private Ort() {}

  /** The runtime, loaded on first use. */
  static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment();
  }
}
