package dev.syncline.step;

import dev.syncline.spec.Shape;

/**
 * Where the patches under the pixels of a convolution's output lie in its input, a picture {@code
 * [height][width][channels]} inside its margin of zeros. Patches overlap and are never copied where
 * a kernel can read them in place.
 *
 * @param at where the patch of each output pixel begins
 * @param lines of a patch
 * @param n numbers of a line, which lie side by side
 * @param apart from a line of the picture to the next
 * @param margin pixels of zeros on each side
 */
record Patches(int[] at, int lines, int n, int apart, int margin) {
  static Patches of(Shape in, Shape out, int kernel, int stride, int margin) {
    int channels = in.width();
    int apart = Math.multiplyExact(in.dims().get(1) + 2 * margin, channels);
    int width = out.dims().get(1);
    int[] at = new int[out.dims().get(0) * width];
    for (int i = 0; i < at.length; i++) {
      at[i] = i / width * stride * apart + i % width * stride * channels;
    }
    return new Patches(at, kernel, kernel * channels, apart, margin);
  }

  /** Numbers of a picture of a shape with its margin. */
  int padded(Shape in) {
    return Math.multiplyExact(in.dims().get(0) + 2 * margin, apart);
  }
}
