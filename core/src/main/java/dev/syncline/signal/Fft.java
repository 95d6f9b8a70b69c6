package dev.syncline.signal;

/**
 * The discrete Fourier transform of real samples: X_k = sum over n of x_n exp(-2 pi i k n / size),
 * for the {@code size/2 + 1} bins from 0 to the Nyquist frequency. A complex transform of half the
 * size (Stockham's self-sorting form, radix 4 with one radix-2 pass where needed), then the even
 * and odd parts are separated. Arithmetic is in float, the tables are rounded from double.
 */
public final class Fft implements PowerSpectrum {
  public static final int MIN_SIZE = 64;
  public static final int MAX_SIZE = 8192;

  private final int size;
  private final int half;

  /** For each radix-4 pass and each p: re and im of w, w squared and w cubed. */
  private final float[] twiddles;

  /** cos and sin of 2 pi k / size for k from 0 to size / 4. */
  private final float[] unpack;

  /**
   * @param size a power of two from 64 to 8192
   */
  public Fft(int size) {
    if (size < MIN_SIZE || size > MAX_SIZE || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(
          "the FFT size must be a power of two from 64 to 8192, is " + size);
    }
    this.size = size;
    half = size / 2;
    unpack = new float[size / 2 + 2];
    for (int k = 0; k <= size / 4; k++) {
      unit(unpack, 2 * k, k, size);
    }
    int count = 0;
    for (int n = half; n >= 4; n /= 4) {
      count += n / 4;
    }
    twiddles = new float[6 * count];
    int at = 0;
    for (int n = half; n >= 4; n /= 4) {
      for (int p = 0; p < n / 4; p++, at += 6) {
        unit(twiddles, at, p, n);
        unit(twiddles, at + 2, 2 * p, n);
        unit(twiddles, at + 4, 3 * p, n);
      }
    }
  }

  private static void unit(float[] table, int at, int numerator, int denominator) {
    double angle = 2 * Math.PI * numerator / denominator;
    table[at] = (float) StrictMath.cos(angle);
    table[at + 1] = (float) StrictMath.sin(angle);
  }

  /** A number of the table of the passes: six for each of their groups. */
  float twiddle(int i) {
    return twiddles[i];
  }

  /** cos (at 2k) and sin (at 2k + 1) of 2 pi k / size. */
  float unpack(int i) {
    return unpack[i];
  }

  /** The number of real samples. */
  public int size() {
    return size;
  }

  /** The number of frequencies: size / 2 + 1. */
  public int bins() {
    return half + 1;
  }

  @Override
  public int scratchSize() {
    return 2 * size;
  }

  /** Additions and multiplications of {@link #power}. */
  public long flops() {
    long flops = 2 + 18L * (half / 2) + 3L * (half - 1) + 2;
    int n = half;
    for (; n >= 4; n /= 4) {
      flops += 34L * (half / 4);
    }
    return n == 2 ? flops + 2L * half : flops;
  }

  /** Real and imaginary parts of the {@link #bins} frequencies of {@code x[xOff, xOff + size)}. */
  public void forward(
      float[] x,
      int xOff,
      float[] re,
      int reOff,
      float[] im,
      int imOff,
      float[] scratch,
      int scratchOff) {
    int z = transform(x, xOff, scratch, scratchOff);
    System.arraycopy(scratch, z, re, reOff, half);
    System.arraycopy(scratch, z + half, im, imOff, half);
    re[reOff + half] = scratch[z + half];
    im[imOff] = 0;
    im[imOff + half] = 0;
  }

  @Override
  public void power(float[] x, int xOff, float[] out, int outOff, float[] scratch, int scratchOff) {
    int z = transform(x, xOff, scratch, scratchOff);
    for (int k = 1; k < half; k++) {
      float re = scratch[z + k];
      float im = scratch[z + half + k];
      out[outOff + k] = re * re + im * im;
    }
    out[outOff] = scratch[z] * scratch[z];
    out[outOff + half] = scratch[z + half] * scratch[z + half];
  }

  /**
   * Fills a part of the scratch with the real parts of bins 0 to half - 1, then their imaginary
   * parts, and says where it lies. Bin {@code half} is real; it stands in the place of the
   * imaginary part of bin 0, which is nothing.
   */
  private int transform(float[] x, int xOff, float[] scratch, int scratchOff) {
    split(x, xOff, scratch, scratchOff);
    int from = scratchOff;
    int to = scratchOff + size;
    int twiddle = 0;
    int n = half;
    for (int stride = 1; n >= 4; n /= 4, stride *= 4) {
      radix4(scratch, from, to, n / 4, stride, twiddle);
      twiddle += 6 * (n / 4);
      int swap = from;
      from = to;
      to = swap;
    }
    if (n == 2) {
      radix2(scratch, from, to);
      from = to;
    }
    separate(scratch, from);
    return from;
  }

  /** Even samples, then odd ones. */
  void split(float[] x, int xOff, float[] to, int at) {
    for (int j = 0; j < half; j++) {
      to[at + j] = x[xOff + 2 * j];
      to[at + half + j] = x[xOff + 2 * j + 1];
    }
  }

  /** One pass of decimation in frequency over {@code quarter} groups of {@code stride} columns. */
  private void radix4(float[] s, int from, int to, int quarter, int stride, int twiddle) {
    int step = quarter * stride;
    for (int p = 0, t = twiddle; p < quarter; p++, t += 6) {
      float c1 = twiddles[t];
      float s1 = twiddles[t + 1];
      float c2 = twiddles[t + 2];
      float s2 = twiddles[t + 3];
      float c3 = twiddles[t + 4];
      float s3 = twiddles[t + 5];
      int in = from + stride * p;
      int out = to + stride * 4 * p;
      for (int q = 0; q < stride; q++, in++, out++) {
        float sumAc = s[in] + s[in + 2 * step];
        float difAc = s[in] - s[in + 2 * step];
        float sumBd = s[in + step] + s[in + 3 * step];
        float difBd = s[in + step] - s[in + 3 * step];
        int im = in + half;
        float sumAcIm = s[im] + s[im + 2 * step];
        float difAcIm = s[im] - s[im + 2 * step];
        float sumBdIm = s[im + step] + s[im + 3 * step];
        float difBdIm = s[im + step] - s[im + 3 * step];
        s[out] = sumAc + sumBd;
        s[out + half] = sumAcIm + sumBdIm;
        float re = difAc + difBdIm;
        float ie = difAcIm - difBd;
        s[out + stride] = re * c1 + ie * s1;
        s[out + half + stride] = ie * c1 - re * s1;
        re = sumAc - sumBd;
        ie = sumAcIm - sumBdIm;
        s[out + 2 * stride] = re * c2 + ie * s2;
        s[out + half + 2 * stride] = ie * c2 - re * s2;
        re = difAc - difBdIm;
        ie = difAcIm + difBd;
        s[out + 3 * stride] = re * c3 + ie * s3;
        s[out + half + 3 * stride] = ie * c3 - re * s3;
      }
    }
  }

  /** The last pass where half is not a power of four; its twiddle factors are 1. */
  void radix2(float[] s, int from, int to) {
    int stride = half / 2;
    for (int part = 0; part < size; part += half) {
      for (int q = part; q < part + stride; q++) {
        s[to + q] = s[from + q] + s[from + q + stride];
        s[to + q + stride] = s[from + q] - s[from + q + stride];
      }
    }
  }

  /**
   * From Z, the transform of z_j = x_2j + i x_(2j+1), to X, in place: X_k = E_k + w^k O_k and
   * X_(half-k) = conj(E_k - w^k O_k), where E and O are the transforms of even and odd samples.
   */
  private void separate(float[] s, int z) {
    float dc = s[z] + s[z + half];
    float nyquist = s[z] - s[z + half];
    s[z] = dc;
    s[z + half] = nyquist;
    for (int k = 1; k <= half / 2; k++) {
      int lo = z + k;
      int hi = z + half - k;
      float evenRe = 0.5f * (s[lo] + s[hi]);
      float evenIm = 0.5f * (s[lo + half] - s[hi + half]);
      float oddRe = 0.5f * (s[lo + half] + s[hi + half]);
      float oddIm = 0.5f * (s[hi] - s[lo]);
      float c = unpack[2 * k];
      float d = unpack[2 * k + 1];
      float re = oddRe * c + oddIm * d;
      float im = oddIm * c - oddRe * d;
      s[lo] = evenRe + re;
      s[lo + half] = evenIm + im;
      s[hi] = evenRe - re;
      s[hi + half] = im - evenIm;
    }
  }
}
