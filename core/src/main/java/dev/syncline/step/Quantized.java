package dev.syncline.step;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Whole numbers times scales. A short holds the weights of one output for as many inputs in a row
 * as fit, each plus {@link #offset()}; shorts i and i + 1 of every 32 belong to outputs i/2 and i/2
 * + 16, so that the low halves of a vector of ints are outputs in a row, and the high ones too.
 *
 * <p>A product rounds the inputs as well, to -127 to 127 times a scale of their own for every
 * {@link #group()} of them.
 *
 * @param bits of a weight, 8 or 4
 * @param group inputs that share a scale, a multiple of 32; all of them is {@code in} rounded up
 * @param data panel after panel, in a panel {@code [inputs / (16 / bits)][64]}
 * @param scales panel after panel, in a panel {@code [inputs / group][64]}
 */
public record Quantized(
    int out, int in, int bits, int group, short[] data, float[] scales, float[] bias)
    implements Matrix {
  /** Inputs are rounded up to a multiple of this, with weights of 0. */
  static final int STEP = 32;

  static Quantized pack(Precision precision, int out, int in, FloatBuffer weight, float[] bias) {
    int inputs = (in + STEP - 1) / STEP * STEP;
    int group = precision.group() == 0 ? inputs : Math.min(inputs, precision.group());
    int groups = (inputs + group - 1) / group;
    int padded = (out + WIDTH - 1) / WIDTH * WIDTH;
    Quantized packed =
        new Quantized(
            out,
            in,
            precision.bits(),
            group,
            new short[Math.multiplyExact(padded, inputs / (16 / precision.bits()))],
            new float[Math.multiplyExact(padded, groups)],
            bias == null ? new float[padded] : Arrays.copyOf(bias, padded));
    float[] row = new float[inputs];
    for (int o = 0; o < padded; o++) {
      if (o < out) {
        weight.get(o * in, row, 0, in);
      } else if (o == out) {
        Arrays.fill(row, 0);
      }
      for (int from = 0; from < inputs; from += group) {
        packed.round(row, o, from, Math.min(inputs, from + group), precision.most());
      }
    }
    return packed;
  }

  /** Rounds what shares a scale. */
  private void round(float[] row, int o, int from, int to, int most) {
    float largest = 0;
    for (int k = from; k < to; k++) {
      largest = Math.max(largest, Math.abs(row[k]));
    }
    float scale = largest / most;
    scales[scaleAt(o, from)] = scale;
    int each = perShort();
    for (int k = from, at = at(o, from); k < to; k += each, at += WIDTH) {
      int all = 0;
      for (int i = 0; i < each; i++) {
        float w = scale > 0 ? row[k + i] / scale : 0;
        all |= (Math.clamp(Math.round(w), -most, most) + offset()) << (i * bits);
      }
      data[at] = (short) all;
    }
  }

  private int perShort() {
    return 16 / bits;
  }

  /** What is added to each weight to make it positive. */
  int offset() {
    return 1 << (bits - 1);
  }

  /** Inputs with those that only fill up. */
  int inputs() {
    return (in + STEP - 1) / STEP * STEP;
  }

  /** Where the scales of rounded inputs begin, behind the pairs. */
  int inputScales() {
    return inputs() / 2;
  }

  /** Where the sums of rounded inputs begin, behind their scales: of each pair, or of each 32. */
  int inputSums() {
    return inputScales() + scales(WIDTH) / WIDTH;
  }

  /** Rounded inputs that are summed. */
  int summed() {
    return bits == 8 ? 2 : STEP;
  }

  /** The first short of a panel of outputs from {@code o}, a multiple of 64. */
  int panel(int o) {
    return o * (inputs() / perShort());
  }

  /** The first scale of a panel. */
  int scales(int o) {
    return o * ((inputs() + group - 1) / group);
  }

  /** The scale of a weight. */
  int scaleAt(int o, int k) {
    return scales(o / WIDTH * WIDTH) + k / group * WIDTH + o % WIDTH;
  }

  private int at(int o, int k) {
    int column = o % WIDTH;
    int place = column / 32 * 32 + column % 16 * 2 + column / 16 % 2;
    return panel(o / WIDTH * WIDTH) + k / perShort() * WIDTH + place;
  }

  /** The whole number of a weight. */
  int whole(int o, int k) {
    return ((data[at(o, k)] >>> (k % perShort() * bits)) & ((1 << bits) - 1)) - offset();
  }

  @Override
  public long bytes() {
    return 2L * data.length + 4L * scales.length + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    return whole(o, k) * scales[scaleAt(o, k)];
  }
}
