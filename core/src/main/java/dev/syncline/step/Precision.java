package dev.syncline.step;

/**
 * How a matrix of weights is kept; sums are FP32 in all of them (of whole numbers first in INT8 and
 * INT4). Biases, norms and small matrices stay FP32.
 */
public enum Precision {
  FP32(32, 0),
  /** Upper half of a float. */
  BF16(16, 0),
  /** IEEE half. */
  FP16(16, 0),
  /** -127 to 127 times a scale for each output. */
  INT8(8, 0),
  /** -127 to 127 times a scale for each output and 32 inputs. */
  INT8_G32(8, 32),
  /** -7 to 7 times a scale for each output and 32 inputs. */
  INT4_G32(4, 32),
  /** -7 to 7 times a scale for each output and 64 inputs. */
  INT4_G64(4, 64);

  private final int bits;
  private final int group;

  Precision(int bits, int group) {
    this.bits = bits;
    this.group = group;
  }

  /** Bits of a weight. */
  public int bits() {
    return bits;
  }

  /** Inputs that share a scale; 0: a whole row, or no scales. */
  public int group() {
    return group;
  }

  /** The greatest whole number of a weight; 0 where weights are not whole numbers. */
  public int most() {
    return bits > 8 ? 0 : (1 << (bits - 1)) - 1;
  }
}
