package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.List;

/**
 * What one tick of one stream costs in the step form.
 *
 * @param flops floating point operations; a multiply-add is two, each function of a number is one
 * @param weightBytes bytes of FP32 weights that are read
 * @param stateBytes bytes that the stream keeps between ticks
 */
public record Cost(long flops, long weightBytes, long stateBytes) {

  /** A tree's cost: the sum over its nodes, each once. */
  public static Cost of(Node root) {
    return root.all().stream().map(Cost::own).reduce(new Cost(0, 0, 0), Cost::plus);
  }

  public Cost plus(Cost other) {
    return new Cost(
        flops + other.flops, weightBytes + other.weightBytes, stateBytes + other.stateBytes);
  }

  private static Cost own(Node node) {
    long weights = 0;
    for (Parameter p : Parameter.of(withoutChildren(node))) {
      weights += 4L * p.size();
    }
    long state = 0;
    for (StatePart p : StatePart.own(node)) {
      state += 4L * p.size();
    }
    return new Cost(flops(node), weights, state);
  }

  private static Node withoutChildren(Node node) {
    return new Node(node.path(), node.layer(), node.in(), node.out(), java.util.Map.of());
  }

  private static long flops(Node node) {
    return switch (node.layer()) {
      case Linear l -> out(node) * (2L * node.input().width() + (l.bias() ? 1 : 0));
      case Conv1d c ->
          out(node) * (2L * c.kernel() * channels(node, c.depthwise()) + (c.bias() ? 1 : 0));
      case Conv2d c ->
          out(node)
              * (2L * c.kernel() * c.kernel() * channels(node, c.depthwise()) + (c.bias() ? 1 : 0));
      case Recurrent r -> {
        long in = node.input().width();
        long each =
            switch (r) {
              case Recurrent.Rnn ignored -> 2 * (in + r.units()) + 4;
              case Recurrent.Gru ignored -> 6 * (in + r.units()) + 16;
              case Recurrent.Lstm ignored -> 8 * (in + r.units()) + 21;
              case Recurrent.LinearRecurrence ignored -> 6 * in + 15;
            };
        yield each * node.input().rows() * r.units();
      }
      case Attention a -> {
        Shape x = node.input();
        yield attending(a, x.width(), x.rows(), 1) + caching(a, x.width(), x.width(), x.rows());
      }
      case Exchange.Attending e -> exchange(node, e);
      case Exchange.GraphAttention g -> graph(node, g);
      case Memory m -> memory(node, m);
      case Chain c -> chain(node, c);
      case Positions.Sinusoids ignored -> 2 * out(node);
      case Positions.LearnedPositions ignored -> out(node);
      case Activation ignored -> out(node);
      case LayerNorm ignored -> 7 * out(node);
      case RmsNorm ignored -> 4 * out(node);
      case Standardize ignored -> 4 * out(node);
      case Residual ignored -> out(node);
      case PoolRows ignored -> in(node);
      case GlobalPool ignored -> in(node);
      case Pool2d p -> out(node) * p.kernel() * p.kernel();
      case Embedding ignored -> 0;
      case Dropout ignored -> 0;
      case Absent ignored -> 0;
      case FeedForward ignored -> 0;
      case Serial ignored -> 0;
      case Parallel ignored -> 0;
      case Each ignored -> 0;
      case Fusion f -> fusion(node, f);
    };
  }

  /** With every stream there. */
  private static long fusion(Node node, Fusion layer) {
    long streams = node.in().size();
    long width = node.in().values().stream().mapToLong(Shape::width).sum();
    return switch (layer) {
      case Fusion.Concat ignored -> 0;
      case Fusion.Combine c -> out(node) * (c.how() == Fusion.How.WEIGHTED ? 2 : 1) * streams;
      case Fusion.Gated ignored ->
          out(node) * (streams * (2 * (width + streams) + 1) + 2 * width + streams + 6 * streams);
      case Fusion.LowRank l -> out(node) * (l.rank() * (2 * width + 2 * streams + 1) + 1);
    };
  }

  private static long exchange(Node node, Exchange.Attending e) {
    long flops = 0;
    List<String> sources = e.sources(node.in().keySet());
    long width = node.in().get(e.queries(node.in().keySet()).getFirst()).width();
    for (String source : sources) {
      Shape x = node.in().get(source);
      flops += caching(e.attention(), width, x.width(), x.rows());
    }
    for (String query : e.queries(node.in().keySet())) {
      long rows = node.in().get(query).rows();
      flops += attending(e.attention(), width, rows, sources.size());
      flops += e.residual() ? rows * width : 0;
    }
    return flops;
  }

  /** Features, both ends' scores, messages along every edge, and the update of each row. */
  private static long graph(Node node, Exchange.GraphAttention g) {
    long rows = node.in().values().stream().mapToLong(Shape::rows).sum();
    long width = node.in().values().iterator().next().width();
    long edges = (long) node.in().size() * g.past();
    return rows
        * (2 * width * width + 4 * width + edges * (2 * width + 6L * g.heads()) + 2 * width);
  }

  /** Keys and values of a tick's rows. */
  private static long caching(Attention a, long width, long memory, long rows) {
    long keys = width / a.heads() * a.groups();
    boolean rope = a.position() instanceof Attention.Position.Rope;
    // At most: a row or summary leaves each level and moves a mean of keys and one of values.
    long summaries = a.span() instanceof Span.Summaries s ? 6 * keys * (s.levels() + 1L) : 0;
    return rows * (4 * memory * keys + 2 * keys + (rope ? 3 * keys : 0) + summaries);
  }

  /** Queries, their attention with every place of the spans filled, and outputs. */
  private static long attending(Attention a, long width, long rows, int sources) {
    long seen = sources * (long) a.span().places();
    long each = 4 * width + 3L * a.heads();
    long extra =
        switch (a.position()) {
          case Attention.Position.None ignored -> 0;
          case Attention.Position.Rope ignored -> 3 * width;
          case Attention.Position.Alibi ignored -> 2 * seen * a.heads();
          case Attention.Position.Relative ignored -> (2 * width + a.heads()) * seen;
        };
    // The logarithm of each summary's rows, added to the scores of all heads.
    long logs = a.span() instanceof Span.Summaries s ? sources * (1L + a.heads()) * s.kept() : 0;
    return rows * (4 * width * width + 2 * width + each * seen + extra + logs);
  }

  private static long memory(Node node, Memory m) {
    long width = node.input().width();
    long slots = m.latents() * width;
    long weights = (long) m.latents() * m.heads();
    long projections = 8 * width * width + 4 * width;
    long read = 4 * slots + 3 * weights;
    long write =
        switch (m.store()) {
          case Memory.Store.Box b -> 2 * slots + b.rows() * (2 * slots + 3 * weights);
          case Memory.Store.Decay ignored -> 5 * slots + 10 * weights;
          case Memory.Store.Competing ignored -> 6 * slots + 4 * weights;
          case Memory.Store.KeyValue ignored -> 10 * slots + 4 * weights;
        };
    return node.input().rows() * (projections + write + read);
  }

  /** One message forward and one back for each row of the lag. */
  private static long chain(Node node, Chain c) {
    long chains = c.chains(node.input().width());
    long states = c.states(node.input().width());
    // Sum, maximum, shift, exponential and sum of each state, then a logarithm.
    long join = c.decode() == Chain.Decode.VITERBI ? 2 * states : 5 * states + 1;
    long normal = 5 * states + 1;
    long message = chains * (states * (join + 1) + normal);
    long told = chains * (states + (c.kind() == Output.Kind.ONE_LABEL ? normal : 1));
    return node.input().rows() * ((c.lag() + 1L) * message + told);
  }

  /** Input channels that one output channel of a convolution reads. */
  private static long channels(Node node, boolean depthwise) {
    return depthwise ? 1 : node.input().width();
  }

  private static long out(Node node) {
    return (long) node.output().rows() * node.output().size();
  }

  private static long in(Node node) {
    return (long) node.input().rows() * node.input().size();
  }
}
