package dev.syncline.step;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the operation of a leaf or a fusion. */
final class LayerOps {
  private final Parts parts;
  private final AttentionOps attention;

  LayerOps(Parts parts) {
    this.parts = parts;
    attention = new AttentionOps(parts);
  }

  /** The operation of a leaf from {@code x} to {@code y}; none where nothing is to be done. */
  List<Op> leaf(Node node, Leaf layer, Buffer x, Buffer y) {
    return switch (layer) {
      case Dropout ignored -> List.of();
      case Linear ignored -> List.of(new Op.MatMul(x, y, parts.ofInput(node, "weight", "bias")));
      case Activation a -> List.of(new Op.Apply(a.function(), x, y));
      case LayerNorm n -> List.of(layerNorm(node, n, x, y));
      case RmsNorm n -> List.of(new Op.RmsNorm(x, y, get(node, "weight"), n.epsilon()));
      case Embedding e -> List.of(new Op.Embed(node.path(), x, y, get(node, "weight"), e.count()));
      case Standardize s ->
          List.of(new Op.Standardize(x, y, get(node, "mean"), get(node, "deviation"), s.clip()));
      case Absent ignored -> List.of(new Op.Absent(x, y, get(node, "vector")));
      case Conv1d c -> List.of(conv1d(node, c, x, y));
      case PoolRows p -> List.of(new Op.PoolRows(p.pooling(), x, y, p.rows()));
      case Conv2d c -> List.of(conv2d(node, c, x, y));
      case Pool2d p -> List.of(new Op.Pool2d(p.pooling(), x, y, p.kernel(), p.stride()));
      case GlobalPool p -> List.of(new Op.GlobalPool(p.pooling(), x, y));
      case Recurrent r -> List.of(recurrent(node, r, x, y));
      case Attention a ->
          List.of(attention.attention(node, a, Map.of("", x), Map.of("", y), Map.of("", x), false));
      case Chain c -> List.of(chain(node, c, x, y));
      case Memory m -> List.of(attention.memory(node, m, x, y));
      case Positions.Sinusoids ignored -> List.of(new Op.Sinusoids(x, y, Rope.of(x.size())));
      case Positions.LearnedPositions ignored ->
          List.of(new Op.LearnedPositions(x, y, get(node, "weight")));
    };
  }

  private Op layerNorm(Node node, LayerNorm n, Buffer x, Buffer y) {
    float[] gain = alongLine(x, get(node, "weight"));
    return new Op.LayerNorm(x, y, gain, alongLine(x, get(node, "bias")), n.epsilon());
  }

  /** A number a channel for each pixel of a picture's line; for rows as it is. */
  private static float[] alongLine(Buffer x, float[] channels) {
    if (!x.shape().isImage()) {
      return channels;
    }
    float[] line = new float[x.shape().dims().get(1) * channels.length];
    for (int i = 0; i < line.length; i++) {
      line[i] = channels[i % channels.length];
    }
    return line;
  }

  /** A norm whose gain and shift the matrices behind it have taken over. */
  Op bare(Node norm, Buffer x, Buffer y) {
    float[] ones = new float[x.size()];
    Arrays.fill(ones, 1);
    return norm.layer() instanceof LayerNorm n
        ? new Op.LayerNorm(x, y, ones, new float[x.size()], n.epsilon())
        : new Op.RmsNorm(x, y, ones, ((RmsNorm) norm.layer()).epsilon());
  }

  /** One product for two linear layers. */
  Op composed(Node first, Node second, Buffer x, Buffer y) {
    return new Op.MatMul(x, y, parts.composed(first, second));
  }

  private Op conv1d(Node node, Conv1d c, Buffer x, Buffer y) {
    Taps taps = new Taps(x, c.kernel(), c.dilation(), parts.ring(node, "x"));
    if (c.depthwise()) {
      float[] weight = channelsLast(get(node, "weight"), c.kernel(), c.out());
      return new Op.DepthwiseConv1d(taps, y, weight, biasOrZero(node, c.out()), c.stride());
    }
    int patch = take(y.rows() * c.kernel() * x.size());
    return new Op.Conv1d(taps, y, matrix(node, "weight", "bias"), c.stride(), patch);
  }

  private Op conv2d(Node node, Conv2d c, Buffer x, Buffer y) {
    int taps = c.kernel() * c.kernel();
    if (c.depthwise()) {
      float[] weight = channelsLast(get(node, "weight"), taps, c.out());
      return new Op.DepthwiseConv2d(
          x, y, weight, biasOrZero(node, c.out()), c.kernel(), c.stride(), c.padding());
    }
    Patches patches = Patches.of(x.shape(), y.shape(), c.kernel(), c.stride(), c.padding());
    return new Op.Conv2d(
        x,
        y,
        parts.exact(node, "weight", "bias"),
        c.kernel(),
        c.stride(),
        c.padding(),
        patches,
        take(c.padding() > 0 ? patches.padded(x.shape()) : 0),
        take(taps * x.width()));
  }

  private Op recurrent(Node node, Recurrent layer, Buffer x, Buffer y) {
    Ring h = parts.ring(node, "h");
    return switch (layer) {
      case Recurrent.Rnn r -> {
        Function f = r.function() == Recurrent.Squash.TANH ? Function.TANH : Function.RELU;
        yield new Op.Rnn(gates(node, r, x, y), f, h);
      }
      case Recurrent.Gru g -> new Op.Gru(gates(node, g, x, y), h);
      case Recurrent.Lstm l -> new Op.Lstm(gates(node, l, x, y), h, parts.ring(node, "c"));
      case Recurrent.LinearRecurrence l -> {
        float[] rate = get(node, "decay").clone();
        for (int i = 0; i < rate.length; i++) {
          rate[i] =
              (float)
                  (Recurrent.LinearRecurrence.SHARPNESS
                      * StrictMath.log1p(StrictMath.exp(-rate[i])));
        }
        Matrix weight = parts.ofInput(node, "weight", "bias");
        yield new Op.LinearRecurrence(x, y, weight, rate, h, take(3 * l.units() * x.rows()));
      }
    };
  }

  private Op.Gates gates(Node node, Recurrent.Cell r, Buffer x, Buffer y) {
    int gates = r.gates() * r.units();
    return new Op.Gates(
        x,
        y,
        parts.ofInput(node, "weight_ih", "bias_ih"),
        matrix(node, "weight_hh", "bias_hh"),
        take(gates * x.rows()),
        take(gates),
        take(r.units()));
  }

  /** The operation of a fusion. */
  Op fusion(Node node, Fusion layer, Map<String, Buffer> streams, Buffer out) {
    List<Buffer> in = List.copyOf(streams.values());
    return switch (layer) {
      case Fusion.Concat ignored -> new Op.Concat(in, out);
      case Fusion.Combine c -> {
        float[] weights = new float[in.size()];
        boolean learned = c.how() == Fusion.How.WEIGHTED;
        for (int m = 0; m < weights.length; m++) {
          weights[m] = learned ? PlainKernels.exp(get(node, "weights")[m]) : 1;
        }
        yield new Op.Combine(in, out, c.how(), weights);
      }
      case Fusion.Gated g -> {
        List<Matrix> gates = matrices(node, streams.keySet(), ".gate");
        yield new Op.Gated(
            in,
            out,
            gates,
            matrices(node, streams.keySet(), ".value"),
            take(gates.getFirst().in()),
            take(in.size() * g.units()),
            take(in.size() * g.units()));
      }
      case Fusion.LowRank l ->
          new Op.LowRank(
              in,
              out,
              matrices(node, streams.keySet(), ""),
              get(node, "weights"),
              get(node, "bias"),
              take(l.rank() * l.units()),
              take(l.rank() * l.units()));
    };
  }

  private List<Matrix> matrices(Node node, Set<String> streams, String part) {
    return streams.stream()
        .map(name -> matrix(node, name + part + ".weight", name + part + ".bias"))
        .toList();
  }

  private Op chain(Node node, Chain c, Buffer x, Buffer y) {
    int states = c.states(x.size());
    float[] transitions = get(node, "transitions");
    float[] arriving = new float[transitions.length];
    for (int t = 0; t < transitions.length; t++) {
      int from = t / states;
      arriving[(from / states * states + t % states) * states + from % states] = transitions[t];
    }
    return new Op.Chain(
        x,
        y,
        c,
        get(node, "start"),
        transitions,
        arriving,
        parts.ring(node, "forward"),
        parts.ring(node, "x"),
        take(c.chains(x.size()) * states),
        take(states),
        take(states));
  }

  /** {@code [channel][tap]} to {@code [tap][channel]}. */
  private static float[] channelsLast(float[] weight, int taps, int channels) {
    float[] turned = new float[weight.length];
    for (int c = 0; c < channels; c++) {
      for (int t = 0; t < taps; t++) {
        turned[t * channels + c] = weight[c * taps + t];
      }
    }
    return turned;
  }

  private Matrix matrix(Node node, String weight, String bias) {
    return parts.matrix(node, weight, bias);
  }

  private float[] get(Node node, String name) {
    return parts.get(node, name);
  }

  private float[] biasOrZero(Node node, int width) {
    float[] bias = parts.weights().values().get(node.name("bias"));
    return bias == null ? new float[width] : bias;
  }

  private int take(int floats) {
    return parts.take(floats);
  }
}
