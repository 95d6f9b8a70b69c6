package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same arithmetic with the Vector API, in the vectors that this processor is best at, of 256 or
 * 512 bits: in one width everywhere, since methods of the Vector API share what the compiler knows
 * of them. Sums have the same bits in both widths. Methods are small and no vector crosses a
 * method's signature, so that the compiler keeps them in registers. Inside a loop a sum is the
 * argument of its operation, not the receiver: the compiler knows the class of what was just
 * loaded, but that of a sum only from a profile, and without one it leaves a call that allocates.
 *
 * @param second a thread that takes a share of large products of one row; null for none
 */
public record VectorKernels(Second second) implements Kernels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  static final int BITS = F.vectorBitSize();

  /** Numbers that are summed up side by side, in one vector or two. */
  static final int SUMS = 16;

  /** Whether one vector holds them. */
  static final boolean ONE = L == SUMS;

  /** The upper half of a vector below its lower one. */
  static final VectorShuffle<Float> HALVES = VectorShuffle.iota(F, L / 2, 1, true);

  /** Alone on the calling thread. */
  public VectorKernels() {
    this(null);
  }

  @Override
  public void matmul(
      Matrix w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    if (w instanceof Panels p && rows > 1) {
      VectorTile.product(p, rows, x, xAt, xStride, y, yAt, yStride);
      return;
    }
    for (int r = 0; r < rows; r++) {
      row(w, x, xAt + r * xStride, y, yAt + r * yStride);
    }
  }

  private void row(Matrix w, float[] x, int xAt, float[] y, int yAt) {
    if (w instanceof Quantized q) {
      roundInputs(q, x, xAt);
    }
    if (second == null || !second.product(w, x, xAt, y, yAt)) {
      for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
        panel(w, o, x, xAt, x, y, yAt + o);
      }
    }
  }

  /**
   * The outputs of a row from {@code o}, where a panel begins, as many as a panel has. Whole
   * numbers are multiplied with what {@link #roundInputs} has left in {@code x}.
   *
   * @param work its first {@link Matrix#work} floats are written
   */
  static void panel(Matrix w, int o, float[] x, int xAt, float[] work, float[] y, int yAt) {
    switch (w) {
      case Panels p -> VectorPanels.panel(p, o, x, xAt, work, y, yAt);
      case Halves h -> VectorHalves.panel(h, o, x, xAt, work, y, yAt);
      case Quantized q when q.bits() == 8 -> VectorBytes.panel(q, o, x, work, y, yAt);
      case Quantized q -> VectorNibbles.panel(q, o, x, work, y, yAt);
    }
  }

  @Override
  public void matmul(
      Matrix w, Lane[] lanes, int n, int rows, int xAt, int xStride, int yAt, int yStride) {
    if (n == 1) {
      matmul(w, rows, lanes[0].x, xAt, xStride, lanes[0].x, yAt, yStride);
      return;
    }
    for (int r = 0; r < rows; r++) {
      VectorBatch.product(this, w, lanes, n, xAt + r * xStride, yAt + r * yStride);
    }
  }

  @Override
  public void matmul(Matrix w, Taps taps, int r, Lane[] lanes, int n, int patch, int yAt) {
    if (w instanceof Panels p) {
      VectorBatch.product(p, taps, r, lanes, n, patch, yAt);
    } else {
      Kernels.super.matmul(w, taps, r, lanes, n, patch, yAt);
    }
  }

  @Override
  public void matmul(Panels w, Patches patches, float[] x, int picture, int patch, int yAt) {
    VectorPatches.product(w, patches, x, picture, yAt);
  }

  @Override
  public float largest(float[] a, int at, int n) {
    FloatVector m = FloatVector.zero(F);
    int i = at;
    for (; i + L <= at + n; i += L) {
      m = FloatVector.fromArray(F, a, i).abs().max(m);
    }
    float largest = m.reduceLanes(VectorOperators.MAX);
    for (; i < at + n; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
    }
    return largest;
  }

  @Override
  public void normalize(
      float[] x, int xAt, float mean, float scale, float[] weight, float[] bias, int yAt) {
    int whole = weight.length / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, xAt + i).sub(mean).mul(scale);
      v = v.mul(FloatVector.fromArray(F, weight, i));
      v.add(FloatVector.fromArray(F, bias, i)).intoArray(x, yAt + i);
    }
    for (int i = whole; i < weight.length; i++) {
      x[yAt + i] = (x[xAt + i] - mean) * scale * weight[i] + bias[i];
    }
  }

  @Override
  public void roundInputs(Quantized w, float[] x, int xAt) {
    Kernels.super.roundInputs(w, x, xAt);
    if (w.bits() == 8) {
      VectorBytes.arrange(w, x);
    } else {
      VectorNibbles.arrange(w, x);
    }
  }

  @Override
  public void round(float[] x, int from, int n, float factor, int to) {
    int whole = n / L * L;
    for (int k = 0; k < whole; k += L) {
      FloatVector v = FloatVector.fromArray(F, x, from + k).mul(factor).add(PlainKernels.ROUND);
      IntVector i = v.reinterpretAsInts();
      i = i.and(0xffff).or(i.lanewise(VectorOperators.LSHL, 16));
      i.reinterpretAsFloats().intoArray(x, to + k);
    }
    Kernels.super.round(x, from + whole, n - whole, factor, to + whole);
  }

  @Override
  public void exp(float[] a, int at, int n) {
    int i = at;
    for (; i + L <= at + n; i += L) {
      FloatVector v = FloatVector.fromArray(F, a, i).max(PlainKernels.LOW).min(PlainKernels.HIGH);
      FloatVector e = v.mul(PlainKernels.LOG2E).add(PlainKernels.ROUND).sub(PlainKernels.ROUND);
      FloatVector r = v.sub(e.mul(PlainKernels.LN2_HIGH)).sub(e.mul(PlainKernels.LN2_LOW));
      FloatVector sum = r.mul(1f / 720).add(1f / 120);
      sum = sum.mul(r).add(1f / 24).mul(r).add(1f / 6);
      sum = sum.mul(r).add(0.5f).mul(r).add(1).mul(r).add(1);
      IntVector scale = (IntVector) e.convertShape(VectorOperators.F2I, I, 0);
      scale = scale.add(127).lanewise(VectorOperators.LSHL, 23);
      sum.mul(scale.reinterpretAsFloats()).intoArray(a, i);
    }
    for (; i < at + n; i++) {
      a[i] = PlainKernels.exp(a[i]);
    }
  }

  @Override
  public void bend(float[] x, int xAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, xAt + i);
      FloatVector cube = v.mul(0.044715f).mul(v).mul(v);
      v.add(cube).mul(-1.5957692f).intoArray(y, yAt + i);
    }
    Kernels.super.bend(x, xAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public void gate(float[] x, int xAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, y, yAt + i).add(1);
      FloatVector.fromArray(F, x, xAt + i).div(v).intoArray(y, yAt + i);
    }
    Kernels.super.gate(x, xAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public void add(float[] x, int xAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, y, yAt + i);
      v.add(FloatVector.fromArray(F, x, xAt + i)).intoArray(y, yAt + i);
    }
    Kernels.super.add(x, xAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public void addProduct(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, a, aAt + i);
      v = v.mul(FloatVector.fromArray(F, b, bAt + i));
      FloatVector.fromArray(F, y, yAt + i).add(v).intoArray(y, yAt + i);
    }
    Kernels.super.addProduct(a, aAt + whole, b, bAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public void max(float[] x, int xAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, xAt + i);
      v.max(FloatVector.fromArray(F, y, yAt + i)).intoArray(y, yAt + i);
    }
    Kernels.super.max(x, xAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public void blend(float[] x, int share, int xAt, float[] y, int yAt, int n) {
    int whole = n / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector z = FloatVector.fromArray(F, x, share + i);
      FloatVector old = z.mul(FloatVector.fromArray(F, y, yAt + i));
      FloatVector rest = FloatVector.broadcast(F, 1).sub(z);
      rest.mul(FloatVector.fromArray(F, x, xAt + i)).add(old).intoArray(y, yAt + i);
    }
    Kernels.super.blend(x, share + whole, xAt + whole, y, yAt + whole, n - whole);
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    int i = 0;
    for (; i + SUMS <= n; i += SUMS) {
      s0 = FloatVector.fromArray(F, a, aAt + i).fma(FloatVector.fromArray(F, b, bAt + i), s0);
      if (!ONE) {
        FloatVector v = FloatVector.fromArray(F, a, aAt + i + L);
        s1 = v.fma(FloatVector.fromArray(F, b, bAt + i + L), s1);
      }
    }
    // lane by lane: reduceLanes leaves the order of the additions open, and with it the last bit
    FloatVector s = s0.add(ONE ? s0.rearrange(HALVES) : s1);
    float low = (s.lane(0) + s.lane(1)) + (s.lane(2) + s.lane(3));
    float sum = low + ((s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7)));
    for (; i < n; i++) {
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  public float sum(float[] a, int at, int n) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    int i = at;
    for (; i + SUMS <= at + n; i += SUMS) {
      s0 = FloatVector.fromArray(F, a, i).add(s0);
      if (!ONE) {
        s1 = FloatVector.fromArray(F, a, i + L).add(s1);
      }
    }
    FloatVector s = s0.add(ONE ? s0.rearrange(HALVES) : s1);
    float low = (s.lane(0) + s.lane(1)) + (s.lane(2) + s.lane(3));
    float sum = low + ((s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7)));
    for (; i < at + n; i++) {
      sum += a[i];
    }
    return sum;
  }

  @Override
  public float squares(float[] a, int at, int n, float mean) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    int i = at;
    for (; i + SUMS <= at + n; i += SUMS) {
      FloatVector d0 = FloatVector.fromArray(F, a, i).sub(mean);
      s0 = d0.fma(d0, s0);
      if (!ONE) {
        FloatVector d1 = FloatVector.fromArray(F, a, i + L).sub(mean);
        s1 = d1.fma(d1, s1);
      }
    }
    FloatVector s = s0.add(ONE ? s0.rearrange(HALVES) : s1);
    float low = (s.lane(0) + s.lane(1)) + (s.lane(2) + s.lane(3));
    float sum = low + ((s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7)));
    for (; i < at + n; i++) {
      sum += (a[i] - mean) * (a[i] - mean);
    }
    return sum;
  }

  @Override
  public void dots(
      float[] x,
      int query,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    if (!VectorAttention.dots(x, query, n, s, places, stride, shift, count, to)) {
      Kernels.super.dots(x, query, n, s, places, stride, shift, count, to);
    }
  }

  @Override
  public void mix(
      float[] x,
      int weights,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    VectorAttention.mix(x, weights, n, s, places, stride, shift, count, to);
  }
}
