package dev.syncline.step;

/**
 * A weight matrix as the kernels read it, once from its first byte to its last: panels of as many
 * outputs as eight vectors hold, the inputs outermost inside a panel.
 */
public sealed interface Matrix permits Panels, Halves, Quantized {
  /** Outputs of a panel: 64, or 128 with vectors of 512 bits. */
  int WIDTH = Kernels.wide() ? 128 : 64;

  /** Strips of a panel that are read side by side, each from an array of its own. */
  int STREAMS = 4;

  /**
   * Bytes behind a stream's last weight, a line of the cache: streams of a round length would begin
   * in the same set of it, one after another.
   */
  int APART = 64;

  /** Rows of the matrix. */
  int out();

  /** Columns of the matrix. */
  int in();

  /** At least {@link #out()} numbers, 0 behind them. */
  float[] bias();

  /** Bytes that a product reads of it. */
  long bytes();

  /** The weight that a product multiplies with, after rounding. */
  float weight(int o, int k);

  /** Rounds and packs {@code weight[out][in]}; {@code bias} may be null. */
  static Matrix pack(Precision precision, int out, int in, float[] weight, float[] bias) {
    return pack(precision, Rows.of(out, weight, bias));
  }

  /** The same from numbers that lie anywhere. */
  static Matrix pack(Precision precision, Rows rows) {
    return switch (precision) {
      case FP32 -> Panels.pack(rows);
      case BF16, FP16 -> Halves.pack(precision, rows);
      case INT8, INT8_G32, INT4_G32, INT4_G64 -> Quantized.pack(precision, rows);
    };
  }

  /**
   * Floats of scratch that a product with a matrix of so many columns needs: turned rows of a tile
   * or a rounded row with what is counted, sums (those of four rows twice), unpacked weights.
   */
  static int work(int in) {
    return 8 * in + 8 * WIDTH + Halves.UNPACKED;
  }
}
