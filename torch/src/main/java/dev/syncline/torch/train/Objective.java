package dev.syncline.torch.train;

import dev.syncline.json.Records.Default;
import dev.syncline.spec.Output;
import java.util.Arrays;
import java.util.Optional;

/**
 * What one output is trained towards.
 *
 * @param loss the price of a tick
 * @param weight beside other outputs
 * @param balance by how much rare labels count for more; without it all count alike
 * @param position how much the ticks of a clip count
 */
public record Objective(
    @Default("{\"type\":\"cross_entropy\"}") Loss loss,
    @Default("1") double weight,
    Optional<ClassWeights> balance,
    @Default("{\"type\":\"uniform\"}") Position position) {

  public static final Objective DEFAULT =
      new Objective(new Loss.CrossEntropy(0), 1, Optional.empty(), new Position.Uniform());

  public Objective {
    if (!(weight >= 0)) {
      throw new IllegalArgumentException("weight must be at least 0, is " + weight);
    }
    if (loss instanceof Loss.Chain
        && (balance.isPresent() || !(position instanceof Position.Uniform))) {
      throw new IllegalArgumentException(
          "a chain's loss is of whole sequences of labels: leave balance and position out");
    }
  }

  /** The price of a tick. */
  public sealed interface Loss {
    /**
     * Binary cross-entropy of each label where labels are independent, cross-entropy of the one
     * label where there is one.
     *
     * @param smoothing share of the target that is spread evenly
     */
    record CrossEntropy(@Default("0") double smoothing) implements Loss {
      public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) {
          throw new IllegalArgumentException("smoothing must be at least 0 and below 1");
        }
      }
    }

    /** Cross-entropy times {@code (1 - p)^gamma} of the true answer (Lin et al. 2017, eq. 4). */
    record Focal(@Default("2") double gamma) implements Loss {
      public Focal {
        if (!(gamma >= 0)) {
          throw new IllegalArgumentException("gamma must be at least 0, is " + gamma);
        }
      }
    }

    /**
     * {@code -log p(y | x)} of all labels of a clip together, by the tick (and by the label, where
     * labels are independent), for an output that ends in a {@link dev.syncline.spec.Chain}. A
     * chain that lags tells of earlier rows, and its labels are trained at those.
     *
     * <p>The chain begins anew with each stretch, also where the layers go on with the state that
     * another stretch left ({@link TrainConfig#carry}): the labels on both sides of that seam never
     * followed each other, so no transition between them is to be learnt.
     */
    record Chain() implements Loss {}
  }

  /** The weight of each label: of its positives where labels are independent. */
  float[] weights(Output.Kind kind, ClassWeights.Counts counts) {
    if (balance.isEmpty()) {
      float[] alike = new float[counts.positives().size()];
      Arrays.fill(alike, 1);
      return alike;
    }
    return switch (kind) {
      case MULTI_LABEL -> balance.get().positive(counts);
      case ONE_LABEL -> balance.get().inverseFrequency(counts);
    };
  }

  /** The weight of a tick by its place in the clip. */
  public sealed interface Position {
    record Uniform() implements Position {}

    /** From {@code first} at the first tick to {@code last} at the last. */
    record Ramp(double first, double last) implements Position {
      public Ramp {
        if (!(first >= 0 && last >= 0)) {
          throw new IllegalArgumentException(
              "first and last must be at least 0, are " + first + " and " + last);
        }
      }
    }

    /** Only the last {@code rows} ticks. */
    record Last(int rows) implements Position {
      public Last {
        if (rows < 1) {
          throw new IllegalArgumentException("rows must be at least 1, is " + rows);
        }
      }
    }

    /** The weight of tick {@code t} of {@code ticks}. */
    default float weight(int t, int ticks) {
      return switch (this) {
        case Uniform ignored -> 1;
        case Ramp r ->
            (float) (r.first + (r.last - r.first) * (ticks == 1 ? 1 : t / (ticks - 1.0)));
        case Last l -> t >= ticks - l.rows ? 1 : 0;
      };
    }
  }
}
