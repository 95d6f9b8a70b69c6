package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.data.ToneDataset;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.torch.train.TinyRun.Digests;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that are killed with SIGKILL and gone on with. {@code -Dsyncline.kills=10} kills more
 * often, {@code -Dsyncline.kills.seed=1} at other moments.
 */
class KillAndResumeTest {
  private static final int KILLS = Integer.getInteger("syncline.kills", 3);
  private static final long SEED = Long.getLong("syncline.kills.seed", 0);
  private static final int STEPS = 150;

  /** Everything that has a state of its own is at work; every second step is kept. */
  private static final String CONFIG =
      """
      {"epochs": 50, "batch": 3, "learning_rate": 0.02, "average": 0.9, "crop_ticks": 7,
       "carry": 0.5, "checkpoint_steps": 2,
       "augmentation": {"modality_dropout": {"burst": 0.5}}}
      """;

  @TempDir Path temp;
  private Path data;
  private Digests undisturbed;

  @BeforeEach
  void trainUndisturbed() {
    data = ToneDataset.write(temp.resolve("data"), 8, 2, 0, 3).dir;
    Path run = temp.resolve("undisturbed");
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config(CONFIG));
    undisturbed = Digests.of(run);
  }

  @Test
  void aTrainingKilledAtRandomMomentsEndsInTheSameBytesAsOneThatWasNot() throws Exception {
    Path run = temp.resolve("killed");
    SplittableRandom random = new SplittableRandom(SEED);
    int killed = 0;
    int whileWriting = 0;
    StringBuilder at = new StringBuilder();
    while (killed < KILLS) {
      // Each kill somewhere in its own share of the steps, so that all of them come about.
      int step = 1 + (STEPS - 10) * killed / KILLS + random.nextInt(STEPS / KILLS);
      try (TrainingProcess training = new TrainingProcess(data, run, CONFIG)) {
        assertThat(training.reaches(step)).as("alive at step %d", step).isTrue();
        if (killed == 0) {
          aSecondTrainingIsRefused(run);
        }
        if (killed % 2 == 0) {
          Thread.sleep(random.nextInt(30));
        } else {
          untilSomethingIsHalfWritten(run, training);
        }
        assertThat(training.kill()).as("killed at step %d", step).isTrue();
      }
      killed++;
      whileWriting += halfWritten(run) ? 1 : 0;
      at.append(at.isEmpty() ? "" : ", ").append(step);
    }
    try (TrainingProcess training = new TrainingProcess(data, run, CONFIG)) {
      assertThat(training.end()).isZero();
    }
    System.out.printf(
        "killed %d times behind steps %s of %d, %d times while a file was half written: %s%n",
        killed, at, STEPS, whileWriting, undisturbed.weights());
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
    assertThat(halfWritten(run)).isFalse();
  }

  private static void aSecondTrainingIsRefused(Path run) {
    assertThatThrownBy(() -> RunFolder.open(run, Json.object(), true))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(run + ": another training is running in this folder");
  }

  private static void untilSomethingIsHalfWritten(Path run, TrainingProcess training)
      throws IOException {
    while (training.running() && !halfWritten(run)) {
      Thread.onSpinWait();
    }
  }

  private static boolean halfWritten(Path run) throws IOException {
    try (DirectoryStream<Path> partial =
        Files.newDirectoryStream(run.resolve("checkpoints"), "*" + SafetensorsWriter.PARTIAL)) {
      return partial.iterator().hasNext();
    }
  }
}
