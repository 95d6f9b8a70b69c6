package dev.syncline.signal;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The power spectrum of {@link Fft}, bit for bit, a vector of butterflies at a time. Stockham's
 * form has neighbours that belong together from the third pass on. In the first two the groups lie
 * side by side instead, so that a vector of them is read and written in one piece, and one
 * transposition brings their results into Stockham's order.
 */
final class VectorFft implements PowerSpectrum {
  /** The smallest size whose second pass has a vector of groups. */
  static final int MIN_SIZE = 32 * FloatVector.SPECIES_PREFERRED.length();

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final VectorShuffle<Float> REVERSED = VectorShuffle.iota(F, L - 1, -1, true);

  private final Fft fft;
  private final int half;

  /** Six vectors for each call of {@link #butterflies}, in the order of the passes. */
  private final float[] twiddles;

  private final float[] cos;
  private final float[] sin;

  VectorFft(Fft fft) {
    this.fft = fft;
    half = fft.size() / 2;
    cos = new float[half / 2 + 1];
    sin = new float[half / 2 + 1];
    for (int k = 0; k <= half / 2; k++) {
      cos[k] = fft.unpack(2 * k);
      sin[k] = fft.unpack(2 * k + 1);
    }
    int passes = 0;
    int vectors = 0;
    for (int n = half; n >= 4; n /= 4, passes++) {
      vectors += passes < 2 ? n / 4 / L : n / 4;
    }
    twiddles = new float[6 * L * vectors];
    int at = 0;
    int table = 0;
    int pass = 0;
    for (int n = half; n >= 4; n /= 4, pass++) {
      for (int p = 0; p < n / 4; p += pass < 2 ? L : 1) {
        for (int i = 0; i < 6; i++) {
          for (int lane = 0; lane < L; lane++) {
            twiddles[at++] = fft.twiddle(table + 6 * (pass < 2 ? p + lane : p) + i);
          }
        }
      }
      table += 6 * (n / 4);
    }
  }

  @Override
  public int scratchSize() {
    return fft.scratchSize();
  }

  @Override
  public void power(float[] x, int xOff, float[] out, int outOff, float[] scratch, int scratchOff) {
    fft.split(x, xOff, scratch, scratchOff);
    squares(scratch, transform(scratch, scratchOff), out, outOff);
  }

  /** As {@link Fft} does, but for the last step; says where the result lies. */
  private int transform(float[] s, int a) {
    int b = a + fft.size();
    int quarter = half / 4;
    int rows = half / 16;
    int t = 0;
    for (int p = 0; p < quarter; p += L, t += 6 * L) {
      butterflies(s, a + p, quarter, b + p, quarter, t);
    }
    for (int p = 0; p < rows; p += L, t += 6 * L) {
      for (int q = 0; q < 4; q++) {
        butterflies(s, b + q * quarter + p, rows, a + q * rows + p, quarter, t);
      }
    }
    transpose(s, a, b, rows);
    transpose(s, a + half, b + half, rows);
    int from = b;
    int to = a;
    int n = rows;
    for (int stride = 16; n >= 4; n /= 4, stride *= 4) {
      int step = n / 4 * stride;
      for (int p = 0; p < n / 4; p++, t += 6 * L) {
        for (int q = 0; q < stride; q += L) {
          butterflies(s, from + stride * p + q, step, to + 4 * stride * p + q, stride, t);
        }
      }
      int swap = from;
      from = to;
      to = swap;
    }
    if (n == 2) {
      fft.radix2(s, from, to);
      from = to;
    }
    return from;
  }

  /** Butterflies of radix 4 whose numbers lie side by side. */
  private void butterflies(float[] s, int in, int step, int out, int outStep, int t) {
    FloatVector a = FloatVector.fromArray(F, s, in);
    FloatVector b = FloatVector.fromArray(F, s, in + step);
    FloatVector c = FloatVector.fromArray(F, s, in + 2 * step);
    FloatVector d = FloatVector.fromArray(F, s, in + 3 * step);
    FloatVector sumAc = a.add(c);
    FloatVector difAc = a.sub(c);
    FloatVector sumBd = b.add(d);
    FloatVector difBd = b.sub(d);
    a = FloatVector.fromArray(F, s, in + half);
    b = FloatVector.fromArray(F, s, in + half + step);
    c = FloatVector.fromArray(F, s, in + half + 2 * step);
    d = FloatVector.fromArray(F, s, in + half + 3 * step);
    FloatVector sumAcIm = a.add(c);
    FloatVector difAcIm = a.sub(c);
    FloatVector sumBdIm = b.add(d);
    FloatVector difBdIm = b.sub(d);
    sumAc.add(sumBd).intoArray(s, out);
    sumAcIm.add(sumBdIm).intoArray(s, out + half);
    FloatVector re = difAc.add(difBdIm);
    FloatVector im = difAcIm.sub(difBd);
    FloatVector cos = FloatVector.fromArray(F, twiddles, t);
    FloatVector sin = FloatVector.fromArray(F, twiddles, t + L);
    re.mul(cos).add(im.mul(sin)).intoArray(s, out + outStep);
    im.mul(cos).sub(re.mul(sin)).intoArray(s, out + half + outStep);
    re = sumAc.sub(sumBd);
    im = sumAcIm.sub(sumBdIm);
    cos = FloatVector.fromArray(F, twiddles, t + 2 * L);
    sin = FloatVector.fromArray(F, twiddles, t + 3 * L);
    re.mul(cos).add(im.mul(sin)).intoArray(s, out + 2 * outStep);
    im.mul(cos).sub(re.mul(sin)).intoArray(s, out + half + 2 * outStep);
    re = difAc.sub(difBdIm);
    im = difAcIm.add(difBd);
    cos = FloatVector.fromArray(F, twiddles, t + 4 * L);
    sin = FloatVector.fromArray(F, twiddles, t + 5 * L);
    re.mul(cos).add(im.mul(sin)).intoArray(s, out + 3 * outStep);
    im.mul(cos).sub(re.mul(sin)).intoArray(s, out + half + 3 * outStep);
  }

  /** Sixteen rows to rows of sixteen. */
  private static void transpose(float[] s, int from, int to, int columns) {
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < 16; r++) {
        s[to + 16 * c + r] = s[from + columns * r + c];
      }
    }
  }

  /** Separates the transforms of even and odd samples, and squares. */
  private void squares(float[] s, int z, float[] out, int outOff) {
    float dc = s[z] + s[z + half];
    float nyquist = s[z] - s[z + half];
    out[outOff] = dc * dc;
    out[outOff + half] = nyquist * nyquist;
    for (int k = 1; k <= half / 2; k += L) {
      squares(s, z + k, z + half - k - L + 1, out, outOff + k, outOff + half - k - L + 1, k);
    }
  }

  /** A vector of pairs of bins; where both are the same bin, the upper one is written last. */
  private void squares(float[] s, int lo, int hi, float[] out, int outLo, int outHi, int k) {
    FloatVector loRe = FloatVector.fromArray(F, s, lo);
    FloatVector loIm = FloatVector.fromArray(F, s, lo + half);
    FloatVector hiRe = FloatVector.fromArray(F, s, hi).rearrange(REVERSED);
    FloatVector hiIm = FloatVector.fromArray(F, s, hi + half).rearrange(REVERSED);
    FloatVector evenRe = loRe.add(hiRe).mul(0.5f);
    FloatVector evenIm = loIm.sub(hiIm).mul(0.5f);
    FloatVector oddRe = loIm.add(hiIm).mul(0.5f);
    FloatVector oddIm = hiRe.sub(loRe).mul(0.5f);
    FloatVector c = FloatVector.fromArray(F, cos, k);
    FloatVector d = FloatVector.fromArray(F, sin, k);
    FloatVector re = oddRe.mul(c).add(oddIm.mul(d));
    FloatVector im = oddIm.mul(c).sub(oddRe.mul(d));
    FloatVector x = evenRe.add(re);
    FloatVector y = evenIm.add(im);
    x.mul(x).add(y.mul(y)).intoArray(out, outLo);
    x = evenRe.sub(re);
    y = im.sub(evenIm);
    x.mul(x).add(y.mul(y)).rearrange(REVERSED).intoArray(out, outHi);
  }
}
