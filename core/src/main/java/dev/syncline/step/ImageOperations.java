package dev.syncline.step;

import dev.syncline.spec.Layer.Pooling;
import dev.syncline.spec.Shape;
import java.util.Arrays;

/** Operations inside each picture; pictures are [height, width, channels]. */
final class ImageOperations {
  private ImageOperations() {}

  static void conv2d(Op.Conv2d o, Kernels kernels, float[] x) {
    Shape in = o.in().shape();
    for (int r = 0; r < o.in().rows(); r++) {
      if (x[o.in().valid() + r] == 0) {
        continue;
      }
      int picture = o.in().at() + r * in.size();
      if (o.padding() > 0) {
        pad(o, x, picture);
        picture = o.padded();
      }
      int to = o.out().at() + r * o.out().size();
      kernels.matmul(o.weight(), o.patches(), x, picture, o.patch(), to);
    }
    o.out().mask(x);
  }

  /** Copies a picture into its margin. */
  private static void pad(Op.Conv2d o, float[] x, int picture) {
    Shape in = o.in().shape();
    int line = in.dims().get(1) * in.width();
    Arrays.fill(x, o.padded(), o.padded() + o.patches().padded(in), 0);
    for (int i = 0; i < in.dims().get(0); i++) {
      int to = o.padded() + (i + o.padding()) * o.patches().apart() + o.padding() * in.width();
      System.arraycopy(x, picture + i * line, x, to, line);
    }
  }

  static void depthwiseConv2d(Op.DepthwiseConv2d o, Kernels kernels, float[] x) {
    Shape in = o.in().shape();
    Shape out = o.out().shape();
    int channels = in.width();
    for (int r = 0; r < o.in().rows(); r++) {
      if (x[o.in().valid() + r] == 0) {
        continue;
      }
      int to = o.out().at() + r * out.size();
      for (int y = 0; y < out.dims().get(0); y++) {
        for (int u = 0; u < out.dims().get(1); u++, to += channels) {
          System.arraycopy(o.bias(), 0, x, to, channels);
          depthwisePixel(o, kernels, x, o.in().at() + r * in.size(), y, u, to);
        }
      }
    }
    o.out().mask(x);
  }

  private static void depthwisePixel(
      Op.DepthwiseConv2d o, Kernels kernels, float[] x, int picture, int y, int u, int to) {
    Shape in = o.in().shape();
    int channels = in.width();
    for (int ky = 0; ky < o.kernel(); ky++) {
      int line = y * o.stride() - o.padding() + ky;
      for (int kx = 0; kx < o.kernel(); kx++) {
        int column = u * o.stride() - o.padding() + kx;
        if (line >= 0 && line < in.dims().get(0) && column >= 0 && column < in.dims().get(1)) {
          int from = picture + (line * in.dims().get(1) + column) * channels;
          int weight = (ky * o.kernel() + kx) * channels;
          kernels.addProduct(x, from, o.weight(), weight, x, to, channels);
        }
      }
    }
  }

  static void pool2d(Op.Pool2d o, Kernels kernels, float[] x) {
    Shape in = o.in().shape();
    Shape out = o.out().shape();
    int channels = in.width();
    for (int r = 0; r < o.in().rows(); r++) {
      int picture = o.in().at() + r * in.size();
      int to = o.out().at() + r * out.size();
      for (int y = 0; y < out.dims().get(0); y++) {
        for (int u = 0; u < out.dims().get(1); u++, to += channels) {
          for (int k = 0; k < o.kernel() * o.kernel(); k++) {
            int line = y * o.stride() + k / o.kernel();
            int column = u * o.stride() + k % o.kernel();
            int from = picture + (line * in.dims().get(1) + column) * channels;
            Operations.accumulate(o.pooling(), k == 0, kernels, x, from, to, channels);
          }
          if (o.pooling() == Pooling.MEAN) {
            Operations.scale(x, to, channels, 1f / (o.kernel() * o.kernel()));
          }
        }
      }
    }
    o.out().mask(x);
  }

  static void globalPool(Op.GlobalPool o, Kernels kernels, float[] x) {
    Shape in = o.in().shape();
    int channels = in.width();
    int pixels = in.size() / channels;
    for (int r = 0; r < o.in().rows(); r++) {
      int to = o.out().at() + r * channels;
      for (int p = 0; p < pixels; p++) {
        int from = o.in().at() + r * in.size() + p * channels;
        Operations.accumulate(o.pooling(), p == 0, kernels, x, from, to, channels);
      }
      if (o.pooling() == Pooling.MEAN) {
        Operations.scale(x, to, channels, 1f / pixels);
      }
    }
    o.out().mask(x);
  }
}
