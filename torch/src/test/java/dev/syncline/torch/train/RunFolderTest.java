package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.data.ToneDataset;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.torch.train.TinyRun.Digests;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final String JSON =
      "{\"epochs\":4,\"batch\":2,\"checkpoint_steps\":1,\"average\":0.5}";
  private static final TrainConfig CONFIG = TinyRun.config(JSON);

  @TempDir static Path shared;
  private static Path data;
  private static Digests undisturbed;

  @TempDir Path temp;

  @BeforeAll
  static void make() {
    data = ToneDataset.write(shared.resolve("data"), 4, 2, 0, 1).dir;
    Path run = shared.resolve("run");
    TinyRun.train(data, run, TinyRun.VECTORS, CONFIG);
    undisturbed = Digests.of(run);
  }

  /** What stops a training from within, as Ctrl-C does from without. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private interface Act {
    void act() throws IOException;
  }

  /** Trains until a step is done, then does something; the step's checkpoint is not yet written. */
  private static void train(Path run, boolean resume, int step, Act act) {
    TinyRun.train(
        data,
        run,
        TinyRun.VECTORS,
        CONFIG,
        resume,
        p -> {
          if (p.step() == step && !p.validated()) {
            try {
              act.act();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
        });
  }

  private Path begun() {
    Path run = temp.resolve("run");
    Act stop =
        () -> {
          throw new Stopped();
        };
    assertThatThrownBy(() -> train(run, false, 4, stop)).isInstanceOf(Stopped.class);
    return run;
  }

  private static String refused(ThrowingCallable training) {
    AtomicReference<String> message = new AtomicReference<>();
    assertThatThrownBy(training)
        .isInstanceOf(InputException.class)
        .satisfies(e -> message.set(e.getMessage()));
    assertThat(message.get()).doesNotContain("\n");
    return message.get();
  }

  @Test
  void aSecondTrainingInAFolderIsRefusedWhileOneRunsAndTheFirstGoesOn() {
    Path run = temp.resolve("run");
    train(
        run,
        false,
        3,
        () ->
            assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG)))
                .isEqualTo(
                    run
                        + ": another training is running in this folder: wait for it, or choose another --out"));
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void aFinishedTrainingIsNotTouched() {
    Path run = shared.resolve("run");
    for (boolean resume : new boolean[] {false, true}) {
      assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG, resume, p -> {})))
          .isEqualTo(
              run + ": holds a finished training: choose another --out, or remove the folder");
    }
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void aTrainingThatWasBegunIsGoneOnWithOnlyOnRequest() {
    Path run = begun();
    assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG)))
        .isEqualTo(
            run
                + ": holds a training that was begun: go on with it by --resume, or choose another --out");
    TinyRun.train(data, run, TinyRun.VECTORS, CONFIG, true, p -> assertThat(p.step()).isPositive());
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void aTrainingIsNotGoneOnWithUnderAnotherConfiguration() {
    Path run = begun();
    TrainConfig other = TinyRun.config(JSON.replace("0.5", "0.6"));
    assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, other, true, p -> {})))
        .isEqualTo(
            run.resolve("config.json")
                + ": the run was begun with another configuration: resume without changing options, or choose another --out");
  }

  @Test
  void aFolderWithoutACheckpointIsBegunAnewEvenWithOtherOptions() throws IOException {
    Path run = temp.resolve("run");
    Files.createDirectories(run);
    Files.createFile(run.resolve("lock"));
    Files.writeString(run.resolve("config.json"), Json.object("other", 1).pretty());
    Files.writeString(run.resolve("metrics.jsonl"), "{\"old\":1}\n");
    TinyRun.train(data, run, TinyRun.VECTORS, CONFIG);
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void aFileInPlaceOfTheFolderIsOneClearLine() throws IOException {
    Path run = temp.resolve("run");
    Files.writeString(run, "");
    assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG)))
        .startsWith(run + ": the run folder cannot be written: ");
  }

  @Test
  void aDamagedCheckpointIsRefusedWithWhatToDo() throws IOException {
    Path run = begun();
    Path last = run.resolve("checkpoints/last.safetensors");
    byte[] whole = Files.readAllBytes(last);
    byte[] otherForm = Files.readAllBytes(run.resolve("checkpoints/best.safetensors"));
    String oneTensorLess = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[][] damaged = {
      new byte[0],
      java.util.Arrays.copyOf(whole, whole.length - 100),
      java.util.Arrays.copyOf(whole, 50),
      new byte[whole.length],
      otherForm,
      oneTensorLess
          .replace("m/up.weight", "m/up.wxight")
          .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
    };
    for (byte[] bytes : damaged) {
      Files.write(last, bytes);
      assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG, true, p -> {})))
          .startsWith(last.toString())
          .endsWith("(the checkpoint is damaged: remove the run folder and begin anew)");
      assertThat(last).hasBinaryContent(bytes);
    }
    Files.write(last, whole);
    train(run, true, -1, () -> {});
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void metricsThatAreShorterThanTheCheckpointSaysAreRefused() throws IOException {
    Path run = begun();
    Files.writeString(run.resolve("metrics.jsonl"), "");
    assertThat(refused(() -> TinyRun.train(data, run, TinyRun.VECTORS, CONFIG, true, p -> {})))
        .startsWith(run.resolve("metrics.jsonl") + ": is shorter than the last checkpoint says");
  }

  @Test
  void whatAKilledProcessLeftHalfWrittenIsSweptAway() throws IOException {
    Path run = begun();
    Path partial = run.resolve("checkpoints/last.safetensors.1234.partial");
    Files.write(partial, new byte[100]);
    Files.writeString(
        run.resolve("metrics.jsonl"), "{\"half", java.nio.file.StandardOpenOption.APPEND);
    train(run, true, -1, () -> {});
    assertThat(partial).doesNotExist();
    assertThat(Digests.of(run)).isEqualTo(undisturbed);
  }

  @Test
  void aFullDiskLeavesTheLastCheckpointWholeAndTrainingGoesOnOnceThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()),
        "a small file system can be mounted only by root");
    try {
      // Step 3 writes only a checkpoint; step 4 ends an epoch: weights and metrics come first.
      for (int step : new int[] {3, 4}) {
        Path run = disk.resolve("run" + step);
        Path last = run.resolve("checkpoints/last.safetensors");
        AtomicReference<byte[]> before = new AtomicReference<>();
        Act fill =
            () -> {
              before.set(Files.readAllBytes(last));
              fill(disk.resolve("filler"));
            };
        assertThat(refused(() -> train(run, false, step, fill)))
            .startsWith(run + ": cannot be written: ")
            .contains("No space left on device")
            .endsWith(": the last checkpoint is whole, so make room and go on with --resume");
        assertThat(last).hasBinaryContent(before.get());
        Files.delete(disk.resolve("filler"));
        train(run, true, -1, () -> {});
        assertThat(Digests.of(run)).isEqualTo(undisturbed);
      }
    } finally {
      command("umount", disk.toString());
    }
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[1024]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static boolean command(String... words) throws Exception {
    try {
      return new ProcessBuilder(words).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
