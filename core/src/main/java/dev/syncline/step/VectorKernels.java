package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same arithmetic with the Vector API: 256-bit vectors, eight independent sums. Methods are
 * small and no vector crosses a method's signature, so that the compiler keeps them in registers.
 */
public record VectorKernels() implements Kernels {
  private static final boolean WIDEST = FloatVector.SPECIES_PREFERRED.length() >= 16;

  /** As wide as the processor, up to 512 bits: what compares and converts more than it loads. */
  static final VectorSpecies<Float> WIDE =
      WIDEST ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;

  static final VectorSpecies<Integer> WIDE_INTS =
      WIDEST ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
  static final VectorSpecies<Short> WIDE_SHORTS =
      WIDEST ? ShortVector.SPECIES_512 : ShortVector.SPECIES_256;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
  private static final int L = Panels.LANES;
  private static final VectorMask<Float>[] FIRST = masks();

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static VectorMask<Float>[] masks() {
    VectorMask[] masks = new VectorMask[L + 1];
    for (int n = 0; n <= L; n++) {
      masks[n] = F.indexInRange(0, n);
    }
    return masks;
  }

  @Override
  public void matmul(
      Matrix w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    switch (w) {
      case Panels p -> products(p, rows, x, xAt, xStride, y, yAt, yStride);
      case Halves h -> {
        for (int r = 0; r < rows; r++) {
          VectorHalves.product(h, x, xAt + r * xStride, y, yAt + r * yStride);
        }
      }
      case Quantized q -> {
        for (int r = 0; r < rows; r++) {
          roundInputs(q, x, xAt + r * xStride);
          VectorQuantized.product(q, x, y, yAt + r * yStride);
        }
      }
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
      int from = xAt + r * xStride;
      int to = yAt + r * yStride;
      switch (w) {
        case Panels p -> VectorBatch.product(p, lanes, n, from, to);
        case Halves h -> VectorBatch.product(h, lanes, n, from, to);
        case Quantized q -> VectorBatch.product(this, q, lanes, n, from, to);
      }
    }
    int full = w.out() / Matrix.WIDTH * Matrix.WIDTH;
    if (w instanceof Panels p && full < w.out()) {
      for (int i = 0; i < n; i++) {
        float[] x = lanes[i].x;
        narrow(p, full, rows, x, xAt, xStride, x, yAt + full, yStride);
      }
    }
  }

  private static void products(
      Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    int full = w.out() / Matrix.WIDTH * Matrix.WIDTH;
    int r = 0;
    for (; full > 0 && r + VectorTiles.ROWS <= rows; r += VectorTiles.ROWS) {
      for (int i = 0; i < VectorTiles.ROWS; i++) {
        VectorTiles.turn(x, xAt + (r + i) * xStride, x, i, w.in());
      }
      int tile = VectorTiles.ROWS * w.in();
      for (int o = 0; o < full; o += Matrix.WIDTH) {
        VectorTiles.panel(w, o, x, tile);
        for (int i = 0; i < VectorTiles.ROWS; i++) {
          int from = tile + i * Matrix.WIDTH;
          System.arraycopy(x, from, y, yAt + (r + i) * yStride + o, Matrix.WIDTH);
        }
      }
    }
    for (int o = 0; o < full; o += Matrix.WIDTH) {
      for (int i = r; i < rows; i++) {
        panel(w, o * w.in(), o, x, xAt + i * xStride, y, yAt + i * yStride + o);
      }
    }
    if (full < w.out()) {
      narrow(w, full, rows, x, xAt, xStride, y, yAt + full, yStride);
    }
  }

  /** The last panel, four rows at a time. */
  static void narrow(
      Panels w, int o, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    int base = o * w.in();
    int width = w.width(o);
    for (int j = 0; j < width; j += L) {
      int lanes = Math.min(L, w.out() - o - j);
      int r = 0;
      for (; r + 4 <= rows; r += 4) {
        int from = xAt + r * xStride;
        int to = yAt + r * yStride + j;
        fourRows(w, base + j, width, o + j, x, from, xStride, y, to, yStride, lanes);
      }
      for (; r < rows; r++) {
        lane(w, base + j, width, o + j, x, xAt + r * xStride, y, yAt + r * yStride + j, lanes);
      }
    }
  }

  /** One row against a full panel: 64 sums in eight registers. */
  static void panel(Panels p, int base, int o, float[] x, int xAt, float[] y, int yAt) {
    float[] w = p.data();
    float[] b = p.bias();
    FloatVector a0 = FloatVector.fromArray(F, b, o);
    FloatVector a1 = FloatVector.fromArray(F, b, o + L);
    FloatVector a2 = FloatVector.fromArray(F, b, o + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, b, o + 3 * L);
    FloatVector a4 = FloatVector.fromArray(F, b, o + 4 * L);
    FloatVector a5 = FloatVector.fromArray(F, b, o + 5 * L);
    FloatVector a6 = FloatVector.fromArray(F, b, o + 6 * L);
    FloatVector a7 = FloatVector.fromArray(F, b, o + 7 * L);
    int at = base;
    for (int k = 0; k < p.in(); k++, at += Matrix.WIDTH) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + k]);
      a0 = FloatVector.fromArray(F, w, at).fma(v, a0);
      a1 = FloatVector.fromArray(F, w, at + L).fma(v, a1);
      a2 = FloatVector.fromArray(F, w, at + 2 * L).fma(v, a2);
      a3 = FloatVector.fromArray(F, w, at + 3 * L).fma(v, a3);
      a4 = FloatVector.fromArray(F, w, at + 4 * L).fma(v, a4);
      a5 = FloatVector.fromArray(F, w, at + 5 * L).fma(v, a5);
      a6 = FloatVector.fromArray(F, w, at + 6 * L).fma(v, a6);
      a7 = FloatVector.fromArray(F, w, at + 7 * L).fma(v, a7);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
    a2.intoArray(y, yAt + 2 * L);
    a3.intoArray(y, yAt + 3 * L);
    a4.intoArray(y, yAt + 4 * L);
    a5.intoArray(y, yAt + 5 * L);
    a6.intoArray(y, yAt + 6 * L);
    a7.intoArray(y, yAt + 7 * L);
  }

  /** One row against eight outputs of a narrow panel, the inputs in four interleaved sums. */
  private static void lane(
      Panels p, int base, int width, int o, float[] x, int xAt, float[] y, int yAt, int lanes) {
    float[] w = p.data();
    int n = p.in();
    FloatVector a0 = FloatVector.fromArray(F, p.bias(), o);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    int k = 0;
    int at = base;
    for (; k + 4 <= n; k += 4, at += 4 * width) {
      a0 = FloatVector.fromArray(F, w, at).fma(FloatVector.broadcast(F, x[xAt + k]), a0);
      a1 =
          FloatVector.fromArray(F, w, at + width).fma(FloatVector.broadcast(F, x[xAt + k + 1]), a1);
      a2 =
          FloatVector.fromArray(F, w, at + 2 * width)
              .fma(FloatVector.broadcast(F, x[xAt + k + 2]), a2);
      a3 =
          FloatVector.fromArray(F, w, at + 3 * width)
              .fma(FloatVector.broadcast(F, x[xAt + k + 3]), a3);
    }
    for (; k < n; k++, at += width) {
      a0 = FloatVector.fromArray(F, w, at).fma(FloatVector.broadcast(F, x[xAt + k]), a0);
    }
    a0.add(a1).add(a2.add(a3)).intoArray(y, yAt, FIRST[lanes]);
  }

  /** Four rows against eight outputs. */
  private static void fourRows(
      Panels p,
      int base,
      int width,
      int o,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride,
      int lanes) {
    float[] w = p.data();
    FloatVector a0 = FloatVector.fromArray(F, p.bias(), o);
    FloatVector a1 = FloatVector.fromArray(F, p.bias(), o);
    FloatVector a2 = FloatVector.fromArray(F, p.bias(), o);
    FloatVector a3 = FloatVector.fromArray(F, p.bias(), o);
    int at = base;
    for (int k = xAt; k < xAt + p.in(); k++, at += width) {
      FloatVector v = FloatVector.fromArray(F, w, at);
      a0 = v.fma(FloatVector.broadcast(F, x[k]), a0);
      a1 = v.fma(FloatVector.broadcast(F, x[k + xStride]), a1);
      a2 = v.fma(FloatVector.broadcast(F, x[k + 2 * xStride]), a2);
      a3 = v.fma(FloatVector.broadcast(F, x[k + 3 * xStride]), a3);
    }
    VectorMask<Float> mask = FIRST[lanes];
    a0.intoArray(y, yAt, mask);
    a1.intoArray(y, yAt + yStride, mask);
    a2.intoArray(y, yAt + 2 * yStride, mask);
    a3.intoArray(y, yAt + 3 * yStride, mask);
  }

  @Override
  public float largest(float[] a, int at, int n) {
    FloatVector m = FloatVector.zero(F);
    int i = at;
    for (; i + L <= at + n; i += L) {
      m = m.max(FloatVector.fromArray(F, a, i).abs());
    }
    float largest = m.reduceLanes(VectorOperators.MAX);
    for (; i < at + n; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
    }
    return largest;
  }

  @Override
  public void roundInputs(Quantized w, float[] x, int xAt) {
    Kernels.super.roundInputs(w, x, xAt);
    if (w.bits() == 8) {
      VectorQuantized.arrangeBytes(w, x);
    } else {
      VectorQuantized.arrangeNibbles(w, x);
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
  public float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    int i = 0;
    for (; i + 2 * L <= n; i += 2 * L) {
      s0 = FloatVector.fromArray(F, a, aAt + i).fma(FloatVector.fromArray(F, b, bAt + i), s0);
      s1 =
          FloatVector.fromArray(F, a, aAt + i + L)
              .fma(FloatVector.fromArray(F, b, bAt + i + L), s1);
    }
    // lane by lane: reduceLanes leaves the order of the additions open, and with it the last bit
    FloatVector s = s0.add(s1);
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
    for (; i + 2 * L <= at + n; i += 2 * L) {
      s0 = s0.add(FloatVector.fromArray(F, a, i));
      s1 = s1.add(FloatVector.fromArray(F, a, i + L));
    }
    FloatVector s = s0.add(s1);
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
    for (; i + 2 * L <= at + n; i += 2 * L) {
      FloatVector d0 = FloatVector.fromArray(F, a, i).sub(mean);
      FloatVector d1 = FloatVector.fromArray(F, a, i + L).sub(mean);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
    }
    FloatVector s = s0.add(s1);
    float low = (s.lane(0) + s.lane(1)) + (s.lane(2) + s.lane(3));
    float sum = low + ((s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7)));
    for (; i < at + n; i++) {
      sum += (a[i] - mean) * (a[i] - mean);
    }
    return sum;
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
    int k = 0;
    for (; k + 4 * L <= n; k += 4 * L) {
      mixFour(x, weights, s, places, stride, shift + k, count, to + k);
    }
    for (; k + L <= n; k += L) {
      mixOne(x, weights, s, places, stride, shift + k, count, to + k);
    }
    for (; k < n; k++) {
      float sum = 0;
      for (int i = 0; i < count; i++) {
        sum += x[weights + i] * s[Float.floatToRawIntBits(x[places + i * stride]) + shift + k];
      }
      x[to + k] = sum;
    }
  }

  private static void mixFour(
      float[] x, int weights, float[] s, int places, int stride, int shift, int count, int to) {
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    for (int i = 0; i < count; i++) {
      int at = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      FloatVector w = FloatVector.broadcast(F, x[weights + i]);
      a0 = FloatVector.fromArray(F, s, at).fma(w, a0);
      a1 = FloatVector.fromArray(F, s, at + L).fma(w, a1);
      a2 = FloatVector.fromArray(F, s, at + 2 * L).fma(w, a2);
      a3 = FloatVector.fromArray(F, s, at + 3 * L).fma(w, a3);
    }
    a0.intoArray(x, to);
    a1.intoArray(x, to + L);
    a2.intoArray(x, to + 2 * L);
    a3.intoArray(x, to + 3 * L);
  }

  private static void mixOne(
      float[] x, int weights, float[] s, int places, int stride, int shift, int count, int to) {
    FloatVector a = FloatVector.zero(F);
    for (int i = 0; i < count; i++) {
      int at = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      a = FloatVector.fromArray(F, s, at).fma(FloatVector.broadcast(F, x[weights + i]), a);
    }
    a.intoArray(x, to);
  }
}
