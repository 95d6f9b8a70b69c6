package dev.syncline.torch.certify;

import dev.syncline.spec.ModelSpec;
import dev.syncline.torch.Rows;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.certify.Predictor.Said;
import dev.syncline.torch.certify.Predictor.Told;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The two tests of causality, for any system. */
public final class Causality {
  private Causality() {}

  /**
   * Replaces everything captured after the end of some ticks, in every way, and compares all
   * decisions and events up to there bit by bit.
   *
   * @param times how many ticks are tried in each recording
   */
  public static Check perturbation(
      Predictor system, ModelSpec spec, List<Recording> recordings, int times, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int tried = 0;
    for (Recording recording : recordings) {
      Said before = system.predict(recording);
      for (int i = 0; i < times; i++) {
        int t = random.nextInt(Math.max(1, recording.ticks() - 1));
        for (Recording.Future future : Recording.Future.values()) {
          Said after =
              system.predict(
                  recording.withFuture(spec.tick().end(t), future, spec, random.nextLong()));
          tried++;
          String found = difference(before, after, t, spec.delay());
          if (!found.isEmpty()) {
            return Check.failed(
                "perturbation",
                "the future replaced (%s) after tick %d of %s"
                    .formatted(future, t, recording.name()),
                1,
                "%s although only what was captured after %.3f s was changed"
                    .formatted(found, spec.tick().end(t) / 1e9));
          }
        }
      }
    }
    return Check.passed(
        "perturbation",
        "%d futures (other values, NaN, missing, extreme) after random ticks of %d recordings; decisions and events bit by bit"
            .formatted(tried, recordings.size()),
        0);
  }

  /** The first difference up to the end of tick t, or an empty text. */
  private static String difference(Said before, Said after, int t, int delay) {
    for (Map.Entry<String, float[][]> e : before.probabilities().entrySet()) {
      for (int k = 0; k <= t - delay; k++) {
        if (!Arrays.equals(e.getValue()[k], after.probabilities().get(e.getKey())[k])) {
          return "the decision of %s for tick %d changed".formatted(e.getKey(), k);
        }
      }
    }
    List<Told> first = before.events().stream().filter(told -> told.tick() <= t + 1).toList();
    List<Told> second = after.events().stream().filter(told -> told.tick() <= t + 1).toList();
    return first.equals(second) ? "" : "the events told up to tick %d changed".formatted(t);
  }

  /**
   * Takes the gradient of all outputs up to some ticks with respect to every input row: it must be
   * exactly zero on all later rows.
   *
   * @param form rows of all inputs to rows of all outputs
   * @param inputs one stream
   * @param ticks that the rows last
   */
  public static Check gradient(
      UnaryOperator<Map<String, Rows>> form,
      Map<String, Rows> inputs,
      int ticks,
      int times,
      long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < times; i++) {
      int t = random.nextInt(Math.max(1, ticks - 1));
      try (PointerScope _ = new PointerScope()) {
        Map<String, Rows> leaves = new LinkedHashMap<>();
        inputs.forEach(
            (name, rows) ->
                leaves.put(
                    name,
                    new Rows(
                        rows.values().detach().clone().set_requires_grad(true), rows.valid())));
        Tensor sum = Tensors.of(new float[1], 1).sum();
        for (Rows out : form.apply(leaves).values()) {
          long perTick = out.rows() / ticks;
          Tensor past = out.values().narrow(1, 0, (t + 1) * perTick);
          sum = sum.add(past.mul(signs(past, random)).sum());
        }
        if (!sum.requires_grad()) {
          continue;
        }
        sum.backward();
        for (Map.Entry<String, Rows> leaf : leaves.entrySet()) {
          String found = later(leaf.getKey(), leaf.getValue(), ticks, t);
          if (!found.isEmpty()) {
            return Check.failed("gradient", "outputs up to tick " + t, 1, found);
          }
        }
      }
    }
    return Check.passed(
        "gradient",
        "outputs up to %d random ticks with respect to all later input rows: exactly zero"
            .formatted(times),
        0);
  }

  private static String later(String name, Rows leaf, int ticks, int t) {
    Tensor gradient = leaf.values().grad();
    if (!gradient.defined()) {
      return "";
    }
    float[] g = Tensors.values(gradient);
    int from = g.length / ticks * (t + 1);
    for (int i = from; i < g.length; i++) {
      if (g[i] != 0) {
        return "an output up to tick %d depends on %s in tick %d (gradient %s)"
            .formatted(t, name, (long) i * ticks / g.length, g[i]);
      }
    }
    return "";
  }

  private static Tensor signs(Tensor like, SplittableRandom random) {
    float[] signs = new float[(int) like.numel()];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = random.nextBoolean() ? 1 : -1;
    }
    return Tensors.of(signs, signs.length).reshape_as(like);
  }
}
