package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Layer.Conv2d;
import dev.syncline.spec.Layer.GlobalPool;
import dev.syncline.spec.Layer.Pool2d;
import dev.syncline.spec.Layer.Pooling;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * What is done to the pictures of a piece, all at once: {@code [batch, rows, height, width,
 * channels]} in and out.
 */
final class ImageForm {
  private ImageForm() {}

  /**
   * @param kernels {@code [out, kernel, kernel, in]}
   */
  static Tensor conv(Conv2d c, Tensor v, Tensor kernels, TensorOptional bias) {
    Tensor y =
        conv2d(
            pictures(v),
            kernels.permute(0, 3, 1, 2),
            bias,
            new long[] {c.stride(), c.stride()},
            new long[] {c.padding(), c.padding()},
            new long[] {1, 1},
            c.depthwise() ? c.out() : 1);
    return rows(y, v);
  }

  static Tensor pool(Pool2d p, Tensor v) {
    long[] kernel = {p.kernel(), p.kernel()};
    long[] stride = {p.stride(), p.stride()};
    long[] none = {0, 0};
    Tensor y =
        p.pooling() == Pooling.MEAN
            ? avg_pool2d(pictures(v), kernel, stride, none, false, true, new LongOptional())
            : max_pool2d(pictures(v), kernel, stride, none, new long[] {1, 1}, false);
    return rows(y, v);
  }

  /** One number a channel. */
  static Tensor pool(GlobalPool p, Tensor v) {
    Tensor pixels = v.flatten(2, 3);
    long[] all = {2};
    return p.pooling() == Pooling.MEAN
        ? mean(pixels, all, false, new ScalarTypeOptional())
        : pixels.amax(all, false);
  }

  /** {@code [batch·rows, channels, height, width]}, as libtorch wants them; nothing is copied. */
  private static Tensor pictures(Tensor v) {
    return v.flatten(0, 1).permute(0, 3, 1, 2);
  }

  private static Tensor rows(Tensor pictures, Tensor like) {
    Tensor y = pictures.permute(0, 2, 3, 1);
    return y.reshape(like.size(0), like.size(1), y.size(1), y.size(2), y.size(3));
  }
}
