package dev.syncline.onnx;

/** How a graph multiplies with matrices of whole numbers that have a scale for each output. */
public enum Products {
  /**
   * As our step: each input row has a scale of its own, sums are exact on every processor; standard
   * operations only.
   */
  OWN,
  /**
   * The same with weights that have a sign, for which processors with VNNI instructions have
   * products at twice the speed. On others ONNX Runtime lets sums of two products stop at 32,767:
   * see {@link #exact()}.
   */
  SIGNED,
  /**
   * ONNX Runtime's fastest on a CPU, {@code com.microsoft.DynamicQuantizeMatMul}: one scale and one
   * offset for all input rows of a step. Not our numbers, and a stream's depend on its neighbours:
   * for comparing speed.
   */
  DYNAMIC;

  /** The fastest with exact sums on this processor; tried when it is first asked for. */
  public static Products exact() {
    return Tried.SIGNED_IS_EXACT ? SIGNED : OWN;
  }

  private static final class Tried {
    static final boolean SIGNED_IS_EXACT = SignedProducts.areExact();
  }
}
