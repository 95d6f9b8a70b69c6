package dev.syncline.step;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with weights of 16 bits: four vectors of outputs at a time, inputs k and k + 1 in sums
 * of their own.
 */
final class VectorHalves {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final int COLUMNS = Halves.STREAMS * Halves.STRIP;

  /** How rows of several streams are multiplied. */
  static final VectorTile TILE = VectorTile.FLAT;

  /** Pairs of inputs whose weights are unpacked at once. */
  private static final int PAIRS = Halves.UNPACKED / 2 / COLUMNS;

  /** How far strips of two vectors that are unpacked lie apart. */
  private static final int APART = PAIRS * Panels.STRIP;

  private VectorHalves() {}

  /** Outputs from {@code o}, where a panel begins. */
  static void panel(Halves w, int o, float[] x, int xAt, float[] work, float[] y, int yAt) {
    int left = Math.min(Matrix.WIDTH, w.out() - o);
    System.arraycopy(w.bias(), o, work, 0, Matrix.WIDTH);
    for (int j = 0; j < left; j += COLUMNS) {
      int from = w.group(o + j);
      if (w.brain()) {
        brain(w, from, x, xAt, work, j);
      } else {
        ieee(w, from, x, xAt, work, j);
      }
      last(w, o + j, COLUMNS, x, xAt, work, j);
    }
    System.arraycopy(work, 0, y, yAt, left);
  }

  /** Adds to the sums at {@code to}. The half of input k + 1 with zeros behind it is a float. */
  private static void brain(Halves p, int from, float[] x, int xAt, float[] s, int to) {
    int[] p0 = p.data()[0];
    int[] p1 = p.data()[1];
    int[] p2 = p.data()[2];
    int[] p3 = p.data()[3];
    FloatVector a0 = FloatVector.fromArray(F, s, to);
    FloatVector a1 = FloatVector.fromArray(F, s, to + L);
    FloatVector a2 = FloatVector.fromArray(F, s, to + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, s, to + 3 * L);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    FloatVector b2 = FloatVector.zero(F);
    FloatVector b3 = FloatVector.zero(F);
    int at = from;
    int end = xAt + p.in() - 1;
    for (int k = xAt; k < end; k += 2, at += Halves.STRIP) {
      FloatVector u = FloatVector.broadcast(F, x[k]);
      FloatVector v = FloatVector.broadcast(F, x[k + 1]);
      IntVector w0 = IntVector.fromArray(I, p0, at);
      IntVector w1 = IntVector.fromArray(I, p1, at);
      IntVector w2 = IntVector.fromArray(I, p2, at);
      IntVector w3 = IntVector.fromArray(I, p3, at);
      a0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a0);
      a1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a1);
      a2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a2);
      a3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a3);
      b0 = w0.and(0xffff0000).reinterpretAsFloats().fma(v, b0);
      b1 = w1.and(0xffff0000).reinterpretAsFloats().fma(v, b1);
      b2 = w2.and(0xffff0000).reinterpretAsFloats().fma(v, b2);
      b3 = w3.and(0xffff0000).reinterpretAsFloats().fma(v, b3);
    }
    a0.add(b0).intoArray(s, to);
    a1.add(b1).intoArray(s, to + L);
    a2.add(b2).intoArray(s, to + 2 * L);
    a3.add(b3).intoArray(s, to + 3 * L);
  }

  /** The same; an IEEE half read as float bits is 2^-112 of itself, so the inputs are lifted. */
  private static void ieee(Halves p, int from, float[] x, int xAt, float[] s, int to) {
    int[] p0 = p.data()[0];
    int[] p1 = p.data()[1];
    int[] p2 = p.data()[2];
    int[] p3 = p.data()[3];
    scale(s, to, COLUMNS, p.unit() / Halves.LIFT);
    FloatVector a0 = FloatVector.fromArray(F, s, to);
    FloatVector a1 = FloatVector.fromArray(F, s, to + L);
    FloatVector a2 = FloatVector.fromArray(F, s, to + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, s, to + 3 * L);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    FloatVector b2 = FloatVector.zero(F);
    FloatVector b3 = FloatVector.zero(F);
    int at = from;
    int end = xAt + p.in() - 1;
    for (int k = xAt; k < end; k += 2, at += Halves.STRIP) {
      FloatVector u = FloatVector.broadcast(F, x[k] * Halves.LIFT);
      FloatVector v = FloatVector.broadcast(F, x[k + 1] * Halves.LIFT);
      IntVector w0 = IntVector.fromArray(I, p0, at);
      IntVector low0 = w0.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
      IntVector high0 = w0.lanewise(VectorOperators.ASHR, 3);
      a0 = low0.and(Halves.FP16_BITS).reinterpretAsFloats().fma(u, a0);
      b0 = high0.and(Halves.FP16_BITS).reinterpretAsFloats().fma(v, b0);
      IntVector w1 = IntVector.fromArray(I, p1, at);
      IntVector low1 = w1.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
      IntVector high1 = w1.lanewise(VectorOperators.ASHR, 3);
      a1 = low1.and(Halves.FP16_BITS).reinterpretAsFloats().fma(u, a1);
      b1 = high1.and(Halves.FP16_BITS).reinterpretAsFloats().fma(v, b1);
      IntVector w2 = IntVector.fromArray(I, p2, at);
      IntVector low2 = w2.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
      IntVector high2 = w2.lanewise(VectorOperators.ASHR, 3);
      a2 = low2.and(Halves.FP16_BITS).reinterpretAsFloats().fma(u, a2);
      b2 = high2.and(Halves.FP16_BITS).reinterpretAsFloats().fma(v, b2);
      IntVector w3 = IntVector.fromArray(I, p3, at);
      IntVector low3 = w3.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
      IntVector high3 = w3.lanewise(VectorOperators.ASHR, 3);
      a3 = low3.and(Halves.FP16_BITS).reinterpretAsFloats().fma(u, a3);
      b3 = high3.and(Halves.FP16_BITS).reinterpretAsFloats().fma(v, b3);
    }
    a0.add(b0).intoArray(s, to);
    a1.add(b1).intoArray(s, to + L);
    a2.add(b2).intoArray(s, to + 2 * L);
    a3.add(b3).intoArray(s, to + 3 * L);
    scale(s, to, COLUMNS, Halves.LIFT / p.unit());
  }

  /** What FP16 inputs are multiplied with, those of turned rows. */
  static void lift(Halves w, float[] x) {
    for (int k = 0; !w.brain() && k < TILE.rows() * w.in(); k++) {
      x[k] *= Halves.LIFT;
    }
  }

  /**
   * Sums of a panel's outputs of streams whose rows were turned a tile at a time, even inputs
   * before odd ones: weights are unpacked once for all streams, into the scratch of the first one.
   */
  static void panel(Halves w, int o, Lane[] lanes, int n, int xAt) {
    int sums = TILE.sums(w);
    int size = TILE.rows() * Matrix.WIDTH;
    for (int i = 0; i < n; i += TILE.rows()) {
      float[] x = lanes[i].x;
      if (!w.brain()) {
        scale(x, sums, size, w.unit() / Halves.LIFT);
      }
      Arrays.fill(x, sums + size, sums + 2 * size, 0);
    }
    int end = Math.min(w.out(), o + Matrix.WIDTH);
    for (int c = o; c < end; c += COLUMNS) {
      for (int p = 0; p < w.in() / 2; p += PAIRS) {
        block(w, c, p, lanes, n);
      }
    }
    for (int i = 0; i < n; i++) {
      int row = i % TILE.rows();
      float[] turned = lanes[i - row].x;
      int to = sums + row * Matrix.WIDTH;
      end(w, turned, to, size);
      last(w, o, Matrix.WIDTH, lanes[i].x, xAt, turned, to);
    }
  }

  /** All streams with pairs of inputs from {@code p}. */
  private static void block(Halves w, int o, int p, Lane[] lanes, int n) {
    int pairs = w.in() / 2;
    int count = Math.min(PAIRS, pairs - p);
    int even = TILE.sums(w) + o % Matrix.WIDTH;
    int odd = even + TILE.rows() * Matrix.WIDTH;
    float[] u = lanes[0].x;
    int at = TILE.sums(w) + 2 * TILE.rows() * Matrix.WIDTH;
    int behind = at + 2 * APART;
    unpack(w, o, p, count, u, at, behind);
    for (int i = 0; i < n; i += TILE.rows()) {
      float[] x = lanes[i].x;
      VectorTile.flat(u, at, u, at + APART, x, TILE.rows() * p, count, even);
      VectorTile.flat(u, behind, u, behind + APART, x, TILE.rows() * (pairs + p), count, odd);
    }
  }

  /** Both sums of a row, {@code apart}, as one. */
  private static void end(Halves w, float[] x, int at, int apart) {
    for (int i = at; i < at + Matrix.WIDTH; i++) {
      x[i] += x[i + apart];
    }
    if (!w.brain()) {
      scale(x, at, Matrix.WIDTH, Halves.LIFT / w.unit());
    }
  }

  /** Strips of two vectors as floats: two of the even inputs, two of the odd ones. */
  private static void unpack(Halves w, int o, int p, int pairs, float[] u, int even, int odd) {
    int from = w.group(o) + p * Halves.STRIP;
    for (int i = 0; i < Halves.STREAMS; i++) {
      int at = i / 2 * APART + i % 2 * L;
      if (w.brain()) {
        brain(w.data()[i], from, pairs, u, even + at, odd + at);
      } else {
        ieee(w.data()[i], from, pairs, u, even + at, odd + at);
      }
    }
  }

  private static void brain(int[] w, int from, int pairs, float[] u, int even, int odd) {
    for (int p = 0; p < pairs; p++) {
      IntVector both = IntVector.fromArray(I, w, from + p * Halves.STRIP);
      IntVector low = both.lanewise(VectorOperators.LSHL, 16);
      low.reinterpretAsFloats().intoArray(u, even + p * Panels.STRIP);
      both.and(0xffff0000).reinterpretAsFloats().intoArray(u, odd + p * Panels.STRIP);
    }
  }

  private static void ieee(int[] w, int from, int pairs, float[] u, int even, int odd) {
    for (int p = 0; p < pairs; p++) {
      IntVector both = IntVector.fromArray(I, w, from + p * Halves.STRIP);
      IntVector low = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
      IntVector high = both.lanewise(VectorOperators.ASHR, 3);
      low.and(Halves.FP16_BITS).reinterpretAsFloats().intoArray(u, even + p * Panels.STRIP);
      high.and(Halves.FP16_BITS).reinterpretAsFloats().intoArray(u, odd + p * Panels.STRIP);
    }
  }

  /** The last input of an odd number of them, for {@code n} outputs. */
  private static void last(Halves p, int o, int n, float[] x, int xAt, float[] s, int to) {
    int k = p.in() - 1;
    for (int i = 0; k % 2 == 0 && i < n; i++) {
      s[to + i] = Math.fma(p.weight(o + i, k), x[xAt + k], s[to + i]);
    }
  }

  private static void scale(float[] x, int at, int n, float by) {
    for (int i = at; i < at + n; i++) {
      x[i] *= by;
    }
  }
}
