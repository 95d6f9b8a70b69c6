package dev.syncline.step;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A tree compiled with its weights into a flat list of operations. Immutable and shared: a stream
 * brings its slab of state and its thread a scratch array.
 *
 * @param inputs where the caller writes the rows and validity of a tick before {@link #step}
 * @param outputs where it reads those of the outputs afterwards
 * @param nodes where every node's output lies, by path, for inspection
 * @param rings where every state part lies in the slab, by name
 * @param stateSize floats of state
 * @param scratchSize floats of scratch
 */
public record Program(
    List<Op> ops,
    Map<String, Buffer> inputs,
    Map<String, Buffer> outputs,
    Map<String, Map<String, Buffer>> nodes,
    Map<String, Ring> rings,
    int stateSize,
    int scratchSize,
    Kernels kernels) {

  public static Program compile(Node root, Weights weights, Kernels kernels) {
    return new Compiler(weights, kernels).compile(root);
  }

  /** One tick of one stream: {@code tick} counts from 0 at the stream's start. */
  public void step(float[] scratch, float[] state, long tick) {
    for (int i = 0; i < ops.size(); i++) {
      Operations.run(ops.get(i), kernels, scratch, state, tick);
    }
  }

  /** A state part in its exact form: its rows, oldest first, as they are before {@code tick}. */
  public float[] ordered(String name, float[] state, long tick) {
    Ring ring = rings.get(name);
    float[] rows = new float[ring.part().size()];
    ring.ordered(state, tick * ring.part().perTick(), rows, 0);
    return rows;
  }

  private static final class Compiler {
    private final Weights weights;
    private final Kernels kernels;
    private final List<Op> ops = new ArrayList<>();
    private final Map<String, Map<String, Buffer>> nodes = new LinkedHashMap<>();
    private final Map<String, Ring> rings = new LinkedHashMap<>();
    private int scratch;

    Compiler(Weights weights, Kernels kernels) {
      this.weights = weights;
      this.kernels = kernels;
    }

    Program compile(Node root) {
      int state = 0;
      for (StatePart part : StatePart.of(root)) {
        rings.put(part.name(), new Ring(part, state));
        state = Math.addExact(state, part.size());
      }
      Map<String, Buffer> inputs = new LinkedHashMap<>();
      root.in().forEach((name, shape) -> inputs.put(name, fresh(shape)));
      Map<String, Buffer> outputs = emit(root, inputs);
      return new Program(List.copyOf(ops), inputs, outputs, nodes, rings, state, scratch, kernels);
    }

    private Map<String, Buffer> emit(Node node, Map<String, Buffer> in) {
      Map<String, Buffer> out = new LinkedHashMap<>();
      switch (node.layer()) {
        case Serial ignored -> out.putAll(chain(node, in));
        case FeedForward ignored -> out.putAll(chain(node, in));
        case Parallel ignored ->
            node.children().forEach((name, child) -> out.put(name, one(emit(child, in))));
        case Each ignored -> {
          out.putAll(in);
          node.children()
              .forEach(
                  (name, child) -> out.put(name, one(emit(child, Map.of(name, in.get(name))))));
        }
        case Residual ignored -> {
          Buffer inner = one(emit(node.children().get("inner"), in));
          Buffer sum = fresh(node.output());
          ops.add(new Op.Add(one(in), inner, sum));
          out.put(name(node), sum);
        }
        case Fusion f -> {
          Buffer fused = fresh(node.output());
          ops.add(fusion(node, f, in, fused));
          out.put(name(node), fused);
        }
        case Leaf leaf -> out.put(name(node), leaf(node, leaf, one(in)));
      }
      nodes.put(node.path(), out);
      return out;
    }

    private Map<String, Buffer> chain(Node node, Map<String, Buffer> in) {
      Map<String, Buffer> flow = in;
      for (Node child : node.children().values()) {
        flow = emit(child, flow);
      }
      return flow;
    }

    private Buffer leaf(Node node, Leaf layer, Buffer x) {
      Buffer y =
          switch (layer) {
            case Dropout ignored -> x;
            case Conv1d ignored -> fresh(node.output());
            case PoolRows ignored -> fresh(node.output());
            case Absent ignored -> fresh(node.output());
            case Leaf ignored -> sameRows(node.output(), x);
          };
      switch (layer) {
        case Linear ignored -> ops.add(new Op.MatMul(x, y, matrix(node, "weight", "bias")));
        case Activation a -> ops.add(new Op.Apply(a.function(), x, y));
        case LayerNorm n ->
            ops.add(new Op.LayerNorm(x, y, get(node, "weight"), get(node, "bias"), n.epsilon()));
        case RmsNorm n -> ops.add(new Op.RmsNorm(x, y, get(node, "weight"), n.epsilon()));
        case Embedding e ->
            ops.add(new Op.Embed(node.path(), x, y, get(node, "weight"), e.count()));
        case Standardize s ->
            ops.add(new Op.Standardize(x, y, get(node, "mean"), get(node, "deviation"), s.clip()));
        case Dropout ignored -> {}
        case Absent ignored -> ops.add(new Op.Absent(x, y, get(node, "vector")));
        case Conv1d c -> ops.add(conv1d(node, c, x, y));
        case PoolRows p -> ops.add(new Op.PoolRows(p.pooling(), x, y, p.rows()));
        case Conv2d c -> ops.add(conv2d(node, c, x, y));
        case Pool2d p -> ops.add(new Op.Pool2d(p.pooling(), x, y, p.kernel(), p.stride()));
        case GlobalPool p -> ops.add(new Op.GlobalPool(p.pooling(), x, y));
        case Recurrent r -> ops.add(recurrent(node, r, x, y));
        case Attention a -> ops.add(attention(node, a, x, y));
        case Memory m -> ops.add(memory(node, m, x, y));
        case Positions.Sinusoids ignored -> ops.add(new Op.Sinusoids(x, y, Rope.of(x.size())));
        case Positions.LearnedPositions ignored ->
            ops.add(new Op.LearnedPositions(x, y, get(node, "weight")));
      }
      return y;
    }

    private Op conv1d(Node node, Conv1d c, Buffer x, Buffer y) {
      Ring ring = rings.get(node.name("x"));
      if (c.depthwise()) {
        float[] weight = channelsLast(get(node, "weight"), c.kernel(), c.out());
        return new Op.DepthwiseConv1d(
            x, y, weight, biasOrZero(node, c.out()), c.kernel(), c.stride(), c.dilation(), ring);
      }
      int patch = take(y.rows() * c.kernel() * x.size());
      return new Op.Conv1d(
          x, y, matrix(node, "weight", "bias"), c.kernel(), c.stride(), c.dilation(), ring, patch);
    }

    private Op conv2d(Node node, Conv2d c, Buffer x, Buffer y) {
      int taps = c.kernel() * c.kernel();
      if (c.depthwise()) {
        float[] weight = channelsLast(get(node, "weight"), taps, c.out());
        return new Op.DepthwiseConv2d(
            x, y, weight, biasOrZero(node, c.out()), c.kernel(), c.stride(), c.padding());
      }
      int patch = take(y.shape().dims().get(1) * taps * x.width());
      return new Op.Conv2d(
          x, y, matrix(node, "weight", "bias"), c.kernel(), c.stride(), c.padding(), patch);
    }

    private Op recurrent(Node node, Recurrent layer, Buffer x, Buffer y) {
      Ring h = rings.get(node.name("h"));
      return switch (layer) {
        case Recurrent.Rnn r -> {
          Function f = r.function() == Recurrent.Squash.TANH ? Function.TANH : Function.RELU;
          yield new Op.Rnn(gates(node, r, x, y), f, h);
        }
        case Recurrent.Gru g -> new Op.Gru(gates(node, g, x, y), h);
        case Recurrent.Lstm l -> new Op.Lstm(gates(node, l, x, y), h, rings.get(node.name("c")));
        case Recurrent.LinearRecurrence l -> {
          float[] rate = get(node, "decay").clone();
          for (int i = 0; i < rate.length; i++) {
            rate[i] =
                (float)
                    (Recurrent.LinearRecurrence.SHARPNESS
                        * StrictMath.log1p(StrictMath.exp(-rate[i])));
          }
          Panels weight = matrix(node, "weight", "bias");
          yield new Op.LinearRecurrence(x, y, weight, rate, h, take(3 * l.units() * x.rows()));
        }
      };
    }

    private Op.Gates gates(Node node, Recurrent.Cell r, Buffer x, Buffer y) {
      int gates = r.gates() * r.units();
      return new Op.Gates(
          x,
          y,
          matrix(node, "weight_ih", "bias_ih"),
          matrix(node, "weight_hh", "bias_hh"),
          take(gates * x.rows()),
          take(gates));
    }

    private Op fusion(Node node, Fusion layer, Map<String, Buffer> streams, Buffer out) {
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
          List<Panels> gates = matrices(node, streams.keySet(), ".gate");
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

    private List<Panels> matrices(Node node, Set<String> streams, String part) {
      return streams.stream()
          .map(name -> matrix(node, name + part + ".weight", name + part + ".bias"))
          .toList();
    }

    private Op attention(Node node, Attention a, Buffer x, Buffer y) {
      int depth = x.size() / a.heads();
      Rope rope = Rope.none();
      float[] slopes = {};
      float[] relative = {};
      switch (a.position()) {
        case Attention.Position.None ignored -> {}
        case Attention.Position.Rope ignored -> rope = Rope.of(depth);
        case Attention.Position.Alibi ignored -> {
          slopes = new float[a.heads()];
          for (int h = 0; h < slopes.length; h++) {
            slopes[h] = (float) StrictMath.pow(2, -8.0 * (h + 1) / a.heads());
          }
        }
        case Attention.Position.Relative ignored -> relative = get(node, "relative");
      }
      return new Op.Attention(
          x,
          y,
          a.heads(),
          a.groups(),
          a.span(),
          rope,
          slopes,
          relative,
          projections(node),
          cache(node, ""),
          cache(node, "kept_"),
          take(x.size()),
          take(x.size() * x.rows()),
          take(a.span().recent() + a.span().kept()));
    }

    private Op.Projections projections(Node node) {
      return new Op.Projections(
          matrix(node, "q.weight", "q.bias"),
          matrix(node, "k.weight", "k.bias"),
          matrix(node, "v.weight", "v.bias"),
          matrix(node, "o.weight", "o.bias"));
    }

    private Op memory(Node node, Memory m, Buffer x, Buffer y) {
      int scores = m.latents() * m.heads();
      int rows = m.store() instanceof Memory.Store.Box b ? b.rows() : 0;
      return new Op.Memory(
          x,
          y,
          m,
          get(node, "latents"),
          projections(node),
          StatePart.own(node).stream().map(p -> rings.get(p.name())).toList(),
          take(x.size()),
          take(x.size()),
          take(x.size()),
          take(x.size()),
          take(m.latents() * x.size()),
          take(Math.max(scores, rows)));
    }

    private Op.Cache cache(Node node, String prefix) {
      return new Op.Cache(
          rings.get(node.name(prefix + "k")),
          rings.get(node.name(prefix + "v")),
          rings.get(node.name(prefix + "valid")));
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

    private Panels matrix(Node node, String weight, String bias) {
      float[] w = get(node, weight);
      float[] b = weights.values().get(node.name(bias));
      int out =
          weights.parameters().stream()
              .filter(p -> p.name().equals(node.name(weight)))
              .findFirst()
              .orElseThrow()
              .shape()
              .getFirst();
      return Panels.pack(out, w.length / out, w, b);
    }

    private float[] get(Node node, String name) {
      return weights.get(node.name(name));
    }

    private float[] biasOrZero(Node node, int width) {
      float[] bias = weights.values().get(node.name("bias"));
      return bias == null ? new float[width] : bias;
    }

    /** A buffer with validity of its own. */
    private Buffer fresh(Shape shape) {
      return new Buffer(
          shape, take(Math.multiplyExact(shape.rows(), shape.size())), take(shape.rows()));
    }

    /** A buffer that is valid where {@code x} is. */
    private Buffer sameRows(Shape shape, Buffer x) {
      return new Buffer(shape, take(Math.multiplyExact(shape.rows(), shape.size())), x.valid());
    }

    private int take(int floats) {
      int at = scratch;
      scratch = Math.addExact(scratch, (floats + 15) / 16 * 16);
      return at;
    }

    private static String name(Node node) {
      return node.out().keySet().iterator().next();
    }

    private static Buffer one(Map<String, Buffer> bundle) {
      return bundle.values().iterator().next();
    }
  }
}
