package dev.syncline.step;

/** What is added to a row because of its index in the stream. */
final class PositionOperations {
  private PositionOperations() {}

  static void sinusoids(Op.Sinusoids o, float[] x, long tick) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      int to = o.out().at() + r * width;
      System.arraycopy(x, o.in().at() + r * width, x, to, width);
      o.angles().add(x, to, width, tick * o.in().rows() + r);
    }
    o.out().mask(x);
  }

  static void learned(Op.LearnedPositions o, float[] x, long tick) {
    int width = o.in().size();
    int period = o.table().length / width;
    for (int r = 0; r < o.in().rows(); r++) {
      int code = (int) ((tick * o.in().rows() + r) % period) * width;
      int from = o.in().at() + r * width;
      int to = o.out().at() + r * width;
      for (int i = 0; i < width; i++) {
        x[to + i] = x[from + i] + o.table()[code + i];
      }
    }
    o.out().mask(x);
  }
}
