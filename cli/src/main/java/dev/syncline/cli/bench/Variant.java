package dev.syncline.cli.bench;

/**
 * A step that takes part.
 *
 * @param runtime whose
 * @param weights how they are kept: a precision's name
 * @param setting how it was asked, for people; empty where there is only one way
 * @param bytes of weights that a step reads
 * @param rests whether its threads spin for a while afterwards and the next one must wait
 */
record Variant(
    String runtime, String weights, String setting, int batch, long bytes, boolean rests, Step step)
    implements AutoCloseable {
  static final String OWN = "syncline";
  static final String AUTO = "syncline auto";
  static final String OWN_TWO = "syncline, 2 threads";
  static final String FLOOR = "floor";
  static final String ONNX = "onnx runtime";
  static final String ONNX_TWO = "onnx, 2 threads";
  static final String EAGER = "libtorch eager";
  static final String SCRIPT = "torchscript";

  boolean isFloor() {
    return runtime.equals(FLOOR);
  }

  String name() {
    return runtime + " " + weights;
  }

  @Override
  public void close() {
    step.close();
  }
}
