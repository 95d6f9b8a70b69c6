package dev.syncline.step;

import dev.syncline.spec.Layer.Pooling;
import dev.syncline.spec.Shape;
import java.util.Arrays;

/** Operations inside each picture; pictures are [height, width, channels]. */
final class ImageOperations {
  private ImageOperations() {}

  static void conv2d(Op.Conv2d o, Kernels kernels, float[] x) {
    Shape in = o.in().shape();
    Shape out = o.out().shape();
    int outWidth = out.dims().get(1);
    int patchSize = o.kernel() * o.kernel() * in.width();
    for (int r = 0; r < o.in().rows(); r++) {
      if (x[o.in().valid() + r] == 0) {
        continue;
      }
      // One line of output at a time: its patches stay in the cache until the product reads them.
      for (int y = 0; y < out.dims().get(0); y++) {
        for (int u = 0; u < outWidth; u++) {
          gather(o, x, o.in().at() + r * in.size(), y, u, o.patch() + u * patchSize);
        }
        int to = o.out().at() + r * out.size() + y * outWidth * out.width();
        kernels.matmul(o.weight(), outWidth, x, o.patch(), patchSize, x, to, out.width());
      }
    }
    o.out().mask(x);
  }

  /** Copies the patch under output pixel (y, u), zeros where it leaves the picture. */
  private static void gather(Op.Conv2d o, float[] x, int picture, int y, int u, int patch) {
    Shape in = o.in().shape();
    int height = in.dims().get(0);
    int width = in.dims().get(1);
    int channels = in.width();
    int left = u * o.stride() - o.padding();
    int from = Math.max(0, left);
    int to = Math.min(width, left + o.kernel());
    for (int k = 0; k < o.kernel(); k++) {
      int line = y * o.stride() - o.padding() + k;
      int at = patch + k * o.kernel() * channels;
      if (line < 0 || line >= height || from != left || to != left + o.kernel()) {
        Arrays.fill(x, at, at + o.kernel() * channels, 0);
      }
      if (line >= 0 && line < height && from < to) {
        int source = picture + (line * width + from) * channels;
        System.arraycopy(x, source, x, at + (from - left) * channels, (to - from) * channels);
      }
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
