package dev.syncline.step;

import dev.syncline.spec.Exchange;
import java.util.Arrays;

/** One tick's messages between the rows of several streams, in the order of time. */
final class GraphOperation {
  private GraphOperation() {}

  static void run(Op.GraphAttention o, Kernels kernels, float[] x, float[] s, long tick) {
    for (int i = 0; i < o.order().length; i += 3) {
      int stream = o.order()[i + 1];
      int r = o.order()[i + 2];
      if (o.order()[i] == 1) {
        send(o, o.streams().get(stream), r, kernels, x, s, tick);
      } else {
        receive(o, stream, r, kernels, x, s, tick);
      }
    }
  }

  /** A row's features take the place of the oldest ones, with the sender's part of every score. */
  private static void send(
      Op.GraphAttention o,
      Op.GraphStream stream,
      int r,
      Kernels kernels,
      float[] x,
      float[] s,
      long tick) {
    Buffer in = stream.in();
    int width = in.size();
    long n = tick * in.rows() + r;
    int features = stream.features().slot(n);
    int scores = stream.scores().slot(n);
    boolean valid = x[in.valid() + r] != 0;
    s[stream.valid().slot(n)] = valid ? 1 : 0;
    if (!valid) {
      Arrays.fill(s, features, features + width, 0);
      Arrays.fill(s, scores, scores + o.layer().heads(), 0);
      return;
    }
    kernels.matmul(o.weight(), 1, x, in.at() + r * width, width, s, features, width);
    for (int head = 0; head < o.layer().heads(); head++) {
      int at = head * o.depth();
      s[scores + head] = kernels.dot(o.send(), at, s, features + at, o.depth());
    }
  }

  private static void receive(
      Op.GraphAttention o, int receiver, int r, Kernels kernels, float[] x, float[] s, long tick) {
    Op.GraphStream stream = o.streams().get(receiver);
    Buffer in = stream.in();
    int width = in.size();
    int to = stream.out().at() + r * width;
    Arrays.fill(x, to, to + width, 0);
    if (x[in.valid() + r] == 0) {
      return;
    }
    long n = tick * in.rows() + r;
    long now = (n + 1) * stream.unit();
    int features = stream.features().slot(n);
    for (int head = 0; head < o.layer().heads(); head++) {
      int at = head * o.depth();
      float wanted = kernels.dot(o.receive(), at, s, features + at, o.depth());
      int count = scores(o, receiver, now, head, wanted, x, s);
      kernels.softmax(x, o.scores(), count);
      gather(o, now, head, to + at, x, s);
    }
    int row = in.at() + r * width;
    for (int i = 0; i < width; i++) {
      float v = x[to + i];
      x[to + i] = x[row + i] + (v > 0 ? v : PlainKernels.exp(v) - 1);
    }
  }

  /** The scores of all valid rows that send; there is one at least, the receiver itself. */
  private static int scores(
      Op.GraphAttention o, int receiver, long now, int head, float wanted, float[] x, float[] s) {
    int count = 0;
    for (int sender = 0; sender < o.streams().size(); sender++) {
      Op.GraphStream from = o.streams().get(sender);
      long newest = now / from.unit() - 1;
      long senders = Math.min(o.layer().past(), newest + 1);
      for (int age = 0; age < senders; age++) {
        if (s[from.valid().slot(newest - age)] != 0) {
          float edge = o.edges()[o.edge(receiver, sender, age) + head];
          float score = wanted + s[from.scores().slot(newest - age) + head] + edge;
          x[o.scores() + count++] = score > 0 ? score : Exchange.GraphAttention.SLOPE * score;
        }
      }
    }
    return count;
  }

  /** Adds what is sent by its weights, in the order of the scores. */
  private static void gather(
      Op.GraphAttention o, long now, int head, int to, float[] x, float[] s) {
    int count = 0;
    for (int sender = 0; sender < o.streams().size(); sender++) {
      Op.GraphStream from = o.streams().get(sender);
      long newest = now / from.unit() - 1;
      long senders = Math.min(o.layer().past(), newest + 1);
      for (int age = 0; age < senders; age++) {
        if (s[from.valid().slot(newest - age)] != 0) {
          float weight = x[o.scores() + count++];
          int at = from.features().slot(newest - age) + head * o.depth();
          for (int i = 0; i < o.depth(); i++) {
            x[to + i] += weight * s[at + i];
          }
        }
      }
    }
  }
}
