package dev.syncline.step;

import java.util.Arrays;

/**
 * Whole numbers times scales. A short holds as many weights of one output as fit, each plus {@link
 * #offset()}: of a block of inputs, the first short has that of the first and of the one half a
 * block (or one, two and three quarters) further on, the next one those behind each, and so on.
 * Shorts 2i and 2i + 1 of a strip, a vector of this processor, belong to output i and the one half
 * a strip further on, so that the low halves of a vector of ints are outputs in a row, and the high
 * ones too.
 *
 * <p>A product rounds the inputs as well, to -127 to 127 times a scale of their own for every
 * {@link #group()} of them. In the scratch each then takes one float, the number in both halves, so
 * that a kernel has it in every short of a vector with one load.
 *
 * @param bits of a weight, 8 or 4
 * @param group inputs that share a scale, a multiple of 32; all of them is {@code in} rounded up
 * @param data four arrays, as those of {@link Panels}: strip s lies in array s mod 4 as {@code
 *     [inputs / (16 / bits)][STRIP]}
 * @param scales panel after panel, in a panel {@code [inputs / group][WIDTH]}
 */
public record Quantized(
    int out, int in, int bits, int group, short[][] data, float[] scales, float[] bias)
    implements Matrix {
  /** Inputs are rounded up to a multiple of this, with weights of 0. */
  static final int STEP = 32;

  /** Outputs whose shorts lie side by side: a vector of them. */
  static final int STRIP = WIDTH / STREAMS;

  /** What makes a sum of two products of bytes positive. */
  static final int LIFT = 1 << 15;

  static Quantized pack(Precision precision, Rows weight) {
    int out = weight.out();
    int in = weight.in();
    int inputs = (in + STEP - 1) / STEP * STEP;
    int group = precision.group() == 0 ? inputs : Math.min(inputs, precision.group());
    int groups = (inputs + group - 1) / group;
    int padded = (out + WIDTH - 1) / WIDTH * WIDTH;
    int shorts = inputs / (16 / precision.bits());
    int stream = Math.multiplyExact(padded, shorts) / STREAMS + APART / Short.BYTES;
    Quantized packed =
        new Quantized(
            out,
            in,
            precision.bits(),
            group,
            new short[STREAMS][stream],
            new float[Math.multiplyExact(padded, groups)],
            new float[padded]);
    float[] row = new float[inputs];
    for (int o = 0; o < padded; o++) {
      if (o < out) {
        weight.read(o, 1, row);
      } else if (o == out) {
        Arrays.fill(row, 0);
      }
      for (int from = 0; from < inputs; from += group) {
        packed.round(row, o, from, Math.min(inputs, from + group), precision.most());
      }
    }
    System.arraycopy(weight.bias(padded), 0, packed.bias, 0, padded);
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
    int rows = block() / perShort();
    short[] stream = stream(o);
    for (int k = from, at = at(o, from); k < to; k += block()) {
      for (int r = 0; r < rows; r++, at += STRIP) {
        int all = 0;
        for (int i = 0; i < perShort(); i++) {
          float w = scale > 0 ? row[k + i * rows + r] / scale : 0;
          all |= (Math.clamp(Math.round(w), -most, most) + offset()) << (i * bits);
        }
        stream[at] = (short) all;
      }
    }
  }

  /** Inputs whose numbers share shorts: what is summed before it is multiplied with a scale. */
  int block() {
    return bits == 8 ? group : STEP;
  }

  /** Weights of an output in a short. */
  int perShort() {
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

  /** Where the scales of rounded inputs begin, behind them. */
  int inputScales() {
    return inputs();
  }

  /**
   * Where their lifts begin, behind the scales. 8 bits: for every short of weights what is added to
   * its two products, in both halves. 4 bits: for every 32 inputs what is taken from the sum.
   */
  int lifts() {
    return inputScales() + scales(WIDTH) / WIDTH;
  }

  /** Where the lifts end. */
  int rounded() {
    return lifts() + (bits == 8 ? inputs() / 2 : inputs() / STEP);
  }

  /** Where the shorts of the panel of an output begin in every array. */
  int panel(int o) {
    return o / WIDTH * STRIP * (inputs() / perShort());
  }

  /** The first scale of a panel. */
  int scales(int o) {
    return o * ((inputs() + group - 1) / group);
  }

  /** The scale of a weight. */
  int scaleAt(int o, int k) {
    return scales(o / WIDTH * WIDTH) + k / group * WIDTH + o % WIDTH;
  }

  /** The array of an output. */
  short[] stream(int o) {
    return data[o / STRIP % STREAMS];
  }

  /** The short of a weight in its array. */
  int at(int o, int k) {
    int rows = block() / perShort();
    int row = k / block() * rows + k % rows;
    return panel(o) + row * STRIP + o % (STRIP / 2) * 2 + o % STRIP / (STRIP / 2);
  }

  /** Where the bits of a weight begin in its short. */
  private int shift(int k) {
    return k % block() / (block() / perShort()) * bits;
  }

  /** The whole number of a weight. */
  int whole(int o, int k) {
    return ((stream(o)[at(o, k)] >>> shift(k)) & ((1 << bits) - 1)) - offset();
  }

  @Override
  public long bytes() {
    return STREAMS * (2L * data[0].length - APART) + 4L * scales.length + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    return whole(o, k) * scales[scaleAt(o, k)];
  }
}
