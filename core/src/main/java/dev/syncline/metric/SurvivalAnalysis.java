package dev.syncline.metric;

import dev.syncline.metric.Truth.Outcomes;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Predicted times to an event when some are only known to be later than the end of observation.
 * Higher risk means earlier.
 *
 * <p>Source: F. E. Harrell et al., Statistics in Medicine 1996 (concordance); H. Uno et al.,
 * Statistics in Medicine 2011 (weighted concordance); E. Graf et al., Statistics in Medicine 1999
 * (Brier score under censoring and its integral).
 */
final class SurvivalAnalysis {
  private SurvivalAnalysis() {}

  /** Kaplan-Meier estimate of the probability of not being censored up to and with t. */
  static final class Censoring {
    private final TreeMap<Double, Double> steps = new TreeMap<>();

    Censoring(Outcomes outcomes) {
      double[] times = outcomes.timeS();
      TreeMap<Double, int[]> at = new TreeMap<>(); // {events, censorings} at a time
      for (int i = 0; i < times.length; i++) {
        at.computeIfAbsent(times[i], t -> new int[2])[outcomes.event()[i] ? 0 : 1]++;
      }
      double g = 1;
      int atRisk = times.length;
      for (var step : at.entrySet()) {
        atRisk -= step.getValue()[0]; // events leave before censorings of the same time
        g *= step.getValue()[1] == 0 ? 1 : 1 - step.getValue()[1] / (double) atRisk;
        atRisk -= step.getValue()[1];
        steps.put(step.getKey(), g);
      }
    }

    double at(double t) {
      var step = steps.floorEntry(t);
      return step == null ? 1 : step.getValue();
    }
  }

  static Score of(Truth truth, Predictions predictions, Key.OfSurvival key) {
    if (truth.survival().isEmpty()) {
      return new Score.Missing("the truth has no survival");
    }
    if (predictions.survival().isEmpty()) {
      return new Score.Missing("the predictions have no survival");
    }
    Outcomes outcomes = truth.survival().get().outcomes();
    Predictions.Survival predicted = predictions.survival().get();
    new Place(predictions.source(), "")
        .length("survival.risk", predicted.risk().length, outcomes.timeS().length, "outcomes");
    Censoring censoring = new Censoring(truth.survival().get().train());
    return switch (key) {
      case Key.CIndex k -> concordance(outcomes, predicted.risk());
      case Key.CIndexIpcw k -> weightedConcordance(outcomes, predicted.risk(), k.tau(), censoring);
      case Key.SurvivalBrier k -> brier(outcomes, predicted, k.horizonS(), censoring);
      case Key.IntegratedBrier k -> integratedBrier(outcomes, predicted, censoring);
    };
  }

  /** Concordant pairs over comparable pairs; equal risks count half. */
  static Score concordance(Outcomes outcomes, double[] risk) {
    return concordance(outcomes, risk, Double.POSITIVE_INFINITY, null);
  }

  /** Pairs weighted by {@code 1 / G(t_i)^2}, only those with {@code t_i < tau}. */
  static Score weightedConcordance(
      Outcomes outcomes, double[] risk, double tau, Censoring censoring) {
    return concordance(outcomes, risk, tau, censoring);
  }

  private static Score concordance(Outcomes o, double[] risk, double tau, Censoring censoring) {
    double concordant = 0;
    double comparable = 0;
    for (int i = 0; i < risk.length; i++) {
      if (!o.event()[i] || !(o.timeS()[i] < tau)) {
        continue;
      }
      long pairs = 0;
      double good = 0;
      for (int j = 0; j < risk.length; j++) {
        if (o.timeS()[i] < o.timeS()[j] || (o.timeS()[i] == o.timeS()[j] && !o.event()[j])) {
          pairs++;
          good += risk[i] > risk[j] ? 1 : risk[i] == risk[j] ? 0.5 : 0;
        }
      }
      double g = censoring == null ? 1 : censoring.at(o.timeS()[i]);
      if (pairs > 0 && g == 0) {
        return allCensored(o.timeS()[i]);
      }
      if (pairs > 0) {
        concordant += good / (g * g);
        comparable += pairs / (g * g);
      }
    }
    return Score.ratio(concordant, comparable, "no pair is comparable");
  }

  private static Score brier(
      Outcomes o, Predictions.Survival predicted, double t, Censoring censoring) {
    for (int h = 0; h < predicted.horizonsS().length; h++) {
      if (predicted.horizonsS()[h] == t) {
        return brier(o, column(predicted.survivalProb(), h), t, censoring);
      }
    }
    return new Score.Missing("survival.horizons_s has no horizon of " + t + " s");
  }

  /**
   * {@code 1/N sum of S^2 [t_i <= t, event] / G(t_i) + (1 - S)^2 [t_i > t] / G(t)}.
   *
   * @param survival S, [N], the predicted probability that the event comes after t
   */
  static Score brier(Outcomes o, double[] survival, double t, Censoring censoring) {
    double sum = 0;
    for (int i = 0; i < survival.length; i++) {
      boolean later = o.timeS()[i] > t;
      if (!later && !o.event()[i]) {
        continue; // censored by then: its weight has gone to the others
      }
      double g = censoring.at(later ? t : o.timeS()[i]);
      if (g == 0) {
        return allCensored(later ? t : o.timeS()[i]);
      }
      double error = later ? 1 - survival[i] : survival[i];
      sum += error * error / g;
    }
    return Score.ratio(sum, survival.length, "there are no outcomes");
  }

  /** The trapezoid of {@link #brier} over the horizons, divided by last minus first. */
  static Score integratedBrier(Outcomes o, Predictions.Survival predicted, Censoring censoring) {
    double[] horizons = predicted.horizonsS();
    if (horizons.length == 0) {
      return new Score.Missing("the predictions have no survival.horizons_s");
    }
    if (horizons.length == 1) {
      return new Score.Undefined("an integral needs at least two horizons_s");
    }
    double area = 0;
    double before = 0;
    for (int h = 0; h < horizons.length; h++) {
      Score score = brier(o, column(predicted.survivalProb(), h), horizons[h], censoring);
      if (!(score instanceof Score.Value v)) {
        return score;
      }
      area += h == 0 ? 0 : (horizons[h] - horizons[h - 1]) * (before + v.value()) / 2;
      before = v.value();
    }
    return Score.of(area / (horizons[horizons.length - 1] - horizons[0]));
  }

  private static double[] column(double[][] values, int h) {
    return Arrays.stream(values).mapToDouble(row -> row[h]).toArray();
  }

  private static Score allCensored(double t) {
    return new Score.Undefined("every subject is censored by " + t + " s, no weight is left");
  }
}
