package dev.syncline.onnx;

/** How a graph multiplies with matrices of whole numbers that have a scale for each output. */
public enum Products {
  /**
   * As our step: each input row has a scale of its own, sums are exact; standard operations only.
   */
  OWN,
  /**
   * ONNX Runtime's fastest on a CPU, {@code com.microsoft.DynamicQuantizeMatMul}: one scale and one
   * offset for all input rows of a step. Not our numbers, and a stream's depend on its neighbours:
   * for comparing speed.
   */
  DYNAMIC
}
