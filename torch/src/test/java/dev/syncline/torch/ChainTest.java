package dev.syncline.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Chain.Decode;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output.Kind;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A chain of labels against the enumeration of all sequences of six rows. */
class ChainTest {
  private static final int ROWS = 6;
  private static final int LABELS = 3;

  /** One of the chains of a kind: numbers of its own, and every sequence of its labels. */
  private record Enumerated(double[][] emissions, double[] start, double[][] transitions) {
    int states() {
      return start.length;
    }

    double score(int[] y) {
      double score = start[y[0]];
      for (int t = 0; t < y.length; t++) {
        score += emissions[t][y[t]] + (t == 0 ? 0 : transitions[y[t - 1]][y[t]]);
      }
      return score;
    }

    List<int[]> sequences(int rows) {
      List<int[]> all = new ArrayList<>();
      int count = (int) Math.round(Math.pow(states(), rows));
      for (int code = 0; code < count; code++) {
        int[] y = new int[rows];
        for (int t = 0, rest = code; t < rows; t++, rest /= states()) {
          y[t] = rest % states();
        }
        all.add(y);
      }
      return all;
    }

    double logSum(int rows, ToDoubleFunction<int[]> score) {
      return Math.log(
          sequences(rows).stream().mapToDouble(y -> Math.exp(score.applyAsDouble(y))).sum());
    }

    double logZ(int rows) {
      return logSum(rows, this::score);
    }

    /** The probability of each state at row t, given rows 0 to n. */
    double[] marginals(int t, int n) {
      double[] p = new double[states()];
      double logZ = logZ(n + 1);
      for (int[] y : sequences(n + 1)) {
        p[y[t]] += Math.exp(score(y) - logZ);
      }
      return p;
    }

    /** The best score of a sequence of rows 0 to n with each state at row t. */
    double[] best(int t, int n) {
      double[] best = new double[states()];
      Arrays.fill(best, Double.NEGATIVE_INFINITY);
      for (int[] y : sequences(n + 1)) {
        best[y[t]] = Math.max(best[y[t]], score(y));
      }
      return best;
    }

    int[] viterbi(int n) {
      return sequences(n + 1).stream()
          .max((a, b) -> Double.compare(score(a), score(b)))
          .orElseThrow();
    }
  }

  private static Node node(Kind kind, Decode decode, int lag) {
    return Node.resolve(new Chain(kind, decode, lag), Map.of("x", Shape.vector(1, LABELS)));
  }

  private static Weights weights(Node node) {
    Weights weights = ContractTest.weights(node);
    for (float[] v : weights.values().values()) {
      for (int i = 0; i < v.length; i++) {
        v[i] *= 4; // from -2 to 2, so that transitions matter
      }
    }
    return weights;
  }

  private static Block rows(int count) {
    SplittableRandom random = new SplittableRandom(9);
    Block block = Block.empty(Shape.vector(1, LABELS), count);
    for (int i = 0; i < block.values().length; i++) {
      block.values()[i] = (float) random.nextGaussian();
    }
    Arrays.fill(block.valid(), 1);
    return block;
  }

  /** The chains that a layer makes of rows; an invalid one has no emission. */
  private static List<Enumerated> chains(Kind kind, Weights weights, Block rows) {
    int chains = kind == Kind.ONE_LABEL ? 1 : LABELS;
    int states = kind == Kind.ONE_LABEL ? LABELS : 2;
    List<Enumerated> list = new ArrayList<>();
    for (int c = 0; c < chains; c++) {
      double[][] emissions = new double[rows.ticks()][states];
      double[] start = new double[states];
      double[][] transitions = new double[states][states];
      for (int i = 0; i < states; i++) {
        start[i] = weights.get("start")[c * states + i];
        for (int t = 0; t < rows.ticks(); t++) {
          float v = rows.values()[t * LABELS + (kind == Kind.ONE_LABEL ? i : c)];
          boolean none = rows.valid()[t] == 0 || (kind == Kind.MULTI_LABEL && i == 0);
          emissions[t][i] = none ? 0 : v;
        }
        for (int j = 0; j < states; j++) {
          transitions[i][j] = weights.get("transitions")[(c * states + i) * states + j];
        }
      }
      list.add(new Enumerated(emissions, start, transitions));
    }
    return list;
  }

  /** What the layer says when row n has come: of each chain, the number of each state. */
  private static double[][] said(Kind kind, Block out, int n) {
    double[][] said = new double[kind == Kind.ONE_LABEL ? 1 : LABELS][];
    for (int c = 0; c < said.length; c++) {
      said[c] =
          kind == Kind.ONE_LABEL
              ? new double[] {out.values()[3 * n], out.values()[3 * n + 1], out.values()[3 * n + 2]}
              : new double[] {0, out.values()[3 * n + c]};
    }
    return said;
  }

  private static Block run(Node node, Block rows) {
    Program program = Program.compile(node, weights(node), new PlainKernels());
    return new StepForm(program).run(Map.of("x", rows)).get("x");
  }

  private static double[] softmax(double[] x) {
    double sum = Arrays.stream(x).map(Math::exp).sum();
    return Arrays.stream(x).map(v -> Math.exp(v) / sum).toArray();
  }

  private static int argmax(double[] x) {
    int most = 0;
    for (int i = 1; i < x.length; i++) {
      most = x[i] > x[most] ? i : most;
    }
    return most;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void marginalsAtEveryLagAreThoseOfTheEnumerationAndWithoutOneThoseOfFiltering(Kind kind) {
    for (int lag = 0; lag < ROWS; lag++) {
      Node node = node(kind, Decode.MARGINALS, lag);
      Block rows = rows(ROWS);
      rows.valid()[2] = 0;
      Block out = run(node, rows);
      List<Enumerated> chains = chains(kind, weights(node), rows);
      for (int n = lag; n < ROWS; n++) {
        for (int c = 0; c < chains.size(); c++) {
          assertThat(softmax(said(kind, out, n)[c]))
              .containsExactly(chains.get(c).marginals(n - lag, n), within(1e-5));
        }
      }
    }
  }

  /**
   * A lag of all rows before tells the first label of the Viterbi path; shorter ones the others.
   */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void theHighestAtEveryLagIsTheViterbiPath(Kind kind) {
    for (int lag = 0; lag < ROWS; lag++) {
      Node node = node(kind, Decode.VITERBI, lag);
      Block rows = rows(ROWS);
      Block out = run(node, rows);
      List<Enumerated> chains = chains(kind, weights(node), rows);
      for (int n = lag; n < ROWS; n++) {
        for (int c = 0; c < chains.size(); c++) {
          double[] said = said(kind, out, n)[c];
          double[] best = chains.get(c).best(n - lag, n);
          for (int i = 1; i < best.length; i++) {
            assertThat(said[i] - said[0]).isCloseTo(best[i] - best[0], within(1e-4));
          }
          assertThat(argmax(said)).isEqualTo(chains.get(c).viterbi(n)[n - lag]);
        }
      }
    }
  }

  @Test
  void rowsBeforeTheLagTellNothingAndAllOthersTellAlsoWhereNothingCameIn() {
    Block rows = rows(8);
    Arrays.fill(rows.valid(), 3, 8, 0);
    Block out = run(node(Kind.MULTI_LABEL, Decode.MARGINALS, 2), rows);
    assertThat(out.valid()).containsExactly(0, 0, 1, 1, 1, 1, 1, 1);
    assertThat(Arrays.copyOf(out.values(), 6)).containsOnly(0);
  }

  /** Labels of one sequence for each of the chains, as 0 and 1 of each label. */
  private static float[] labels(Kind kind, List<int[]> sequences) {
    float[] on = new float[sequences.getFirst().length * LABELS];
    for (int t = 0; t < sequences.getFirst().length; t++) {
      for (int c = 0; c < sequences.size(); c++) {
        int state = sequences.get(c)[t];
        if (kind == Kind.ONE_LABEL) {
          on[t * LABELS + state] = 1;
        } else {
          on[t * LABELS + c] = state;
        }
      }
    }
    return on;
  }

  private static Potentials potentials(Kind kind, Block rows, Map<String, Tensor> parameters) {
    Node node = node(kind, Decode.MARGINALS, 0);
    Graph.Result result =
        new Graph(node, parameters)
            .forward(Batch.rows(List.of(Map.of("x", rows)), List.of("x")), State.start(node, 1));
    return result.chains().get("");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void theLikelihoodOfEverySequenceIsThatOfTheEnumeration(Kind kind) {
    Weights weights = weights(node(kind, Decode.MARGINALS, 0));
    Block rows = rows(ROWS);
    rows.valid()[3] = 0;
    List<Enumerated> chains = chains(kind, weights, rows);
    double all = 0;
    for (int[] y : chains.getFirst().sequences(ROWS)) {
      List<int[]> each = chains.stream().map(c -> y).toList();
      try (PointerScope _ = new PointerScope()) {
        Potentials p = potentials(kind, rows, Tensors.parameters(weights, false));
        Tensor labels = Tensors.of(labels(kind, each), 1, ROWS, LABELS);
        double got = p.logLikelihood(labels, 0, new int[] {ROWS}).item_double();
        double expected = chains.stream().mapToDouble(c -> c.score(y) - c.logZ(ROWS)).sum();
        assertThat(got).isCloseTo(expected, within(1e-4));
        all += Math.exp(got);
      }
    }
    if (kind == Kind.ONE_LABEL) {
      assertThat(all).as("probabilities of all sequences").isCloseTo(1, within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void unknownLabelsBeforeTheFirstAreSummedOver(Kind kind) {
    Weights weights = weights(node(kind, Decode.MARGINALS, 0));
    Block rows = rows(ROWS);
    List<Enumerated> chains = chains(kind, weights, rows);
    int[] y = {0, 1, 1, 0, 1, 0};
    double expected = 0;
    for (Enumerated c : chains) {
      double known =
          c.logSum(
              ROWS,
              z -> Arrays.equals(z, 2, ROWS, y, 2, ROWS) ? c.score(z) : Double.NEGATIVE_INFINITY);
      expected += known - c.logZ(ROWS);
    }
    try (PointerScope _ = new PointerScope()) {
      Potentials p = potentials(kind, rows, Tensors.parameters(weights, false));
      Tensor labels =
          Tensors.of(labels(kind, chains.stream().map(c -> y).toList()), 1, ROWS, LABELS);
      assertThat(p.logLikelihood(labels, 2, new int[] {ROWS}).item_double())
          .isCloseTo(expected, within(1e-4));
      assertThat(p.logLikelihood(labels, ROWS, new int[] {ROWS}).item_double()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void theGradientOfTheLikelihoodIsThatOfTheEnumeration(Kind kind) {
    Weights weights = weights(node(kind, Decode.MARGINALS, 0));
    Block rows = rows(ROWS);
    int[] y = {0, 1, 1, 0, 0, 1};
    Map<String, float[]> got;
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parameters = Tensors.parameters(weights, true);
      Potentials p = potentials(kind, rows, parameters);
      Tensor e = p.emissions().detach().set_requires_grad(true);
      Tensor labels =
          Tensors.of(
              labels(kind, chains(kind, weights, rows).stream().map(c -> y).toList()),
              1,
              ROWS,
              LABELS);
      new Potentials(kind, e, p.start(), p.transitions())
          .logLikelihood(labels, 0, new int[] {ROWS})
          .backward();
      got =
          Map.of(
              "start", Tensors.values(parameters.get("start").grad()),
              "transitions", Tensors.values(parameters.get("transitions").grad()),
              "emissions", Tensors.values(e.grad()));
    }
    List<Enumerated> chains = chains(kind, weights, rows);
    for (int c = 0; c < chains.size(); c++) {
      Enumerated chain = chains.get(c);
      int s = chain.states();
      for (int i = 0; i < s; i++) {
        near(got.get("start")[c * s + i], chain, y, chain.start(), i);
        for (int j = 0; j < s; j++) {
          float g = got.get("transitions")[(c * s + i) * s + j];
          near(g, chain, y, chain.transitions()[i], j);
        }
        for (int t = 0; t < ROWS; t++) {
          float g = got.get("emissions")[(t * chains.size() + c) * s + i];
          near(g, chain, y, chain.emissions()[t], i);
        }
      }
    }
  }

  /** A gradient against the difference that a small change of a number of the chain makes. */
  private static void near(float gradient, Enumerated chain, int[] y, double[] numbers, int i) {
    double step = 1e-4;
    double at = numbers[i];
    numbers[i] = at + step;
    double above = chain.score(y) - chain.logZ(ROWS);
    numbers[i] = at - step;
    double below = chain.score(y) - chain.logZ(ROWS);
    numbers[i] = at;
    assertThat((double) gradient).isCloseTo((above - below) / (2 * step), within(1e-4));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsBehindTheEndOfAStreamChangesNeitherItsLikelihoodNorAGradient(Kind kind) {
    Weights weights = weights(node(kind, Decode.MARGINALS, 0));
    try (PointerScope _ = new PointerScope()) {
      Potentials p = potentials(kind, rows(ROWS), Tensors.parameters(weights, false));
      Tensor labels = Tensors.of(new float[ROWS * LABELS], 1, ROWS, LABELS);
      if (kind == Kind.ONE_LABEL) {
        labels.select(2, 1).fill_(new Scalar(1f));
      }
      Tensor nan = p.emissions().clone();
      nan.narrow(1, 4, 2).fill_(new Scalar(Float.NaN));
      nan = nan.set_requires_grad(true);
      Tensor got =
          new Potentials(kind, nan, p.start(), p.transitions())
              .logLikelihood(labels, 0, new int[] {4});
      Tensor alone =
          new Potentials(kind, p.emissions().narrow(1, 0, 4), p.start(), p.transitions())
              .logLikelihood(labels.narrow(1, 0, 4), 0, new int[] {4});
      assertThat(got.item_double()).isCloseTo(alone.item_double(), within(1e-5));
      got.sum().backward();
      float[] gradient = Tensors.values(nan.grad());
      for (float g : gradient) {
        assertThat(g).isFinite();
      }
      assertThat(Arrays.copyOfRange(gradient, gradient.length / 3 * 2, gradient.length))
          .containsOnly(0);
    }
  }

  @Test
  void theLikelihoodOfALongStreamNeitherOverflowsNorFades() {
    int rows = 3000;
    try (PointerScope _ = new PointerScope()) {
      Tensor none = Tensors.of(new float[rows * LABELS], 1, rows, 1, LABELS);
      Tensor start = Tensors.of(new float[LABELS], 1, LABELS);
      Tensor transitions = Tensors.of(new float[LABELS * LABELS], 1, LABELS, LABELS);
      float[] first = new float[rows * LABELS];
      for (int t = 0; t < rows; t++) {
        first[t * LABELS] = 1;
      }
      double got =
          new Potentials(Kind.ONE_LABEL, none.add(new Scalar(50f)), start, transitions)
              .logLikelihood(Tensors.of(first, 1, rows, LABELS), 0, new int[] {rows})
              .item_double();
      assertThat(got / rows).isCloseTo(-Math.log(LABELS), within(1e-3));
    }
  }
}
