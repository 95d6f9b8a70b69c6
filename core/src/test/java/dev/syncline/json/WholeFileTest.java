package dev.syncline.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private Path temp;

  @Test
  void foldersAreMadeAndAFileIsReplaced() throws IOException {
    Path file = temp.resolve("a/b/c.txt");
    WholeFile.write(file, "old");
    WholeFile.write(file, "new");
    assertThat(file).hasContent("new");
    onlyIn(file.getParent(), "c.txt");
  }

  @Test
  void whatIsNoFileIsNotReplaced() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    refused(folder, ": is a folder: choose another name");
    refused(Path.of(""), "the name of a file is empty");
    Path file = Files.writeString(temp.resolve("file"), "kept");
    refused(file.resolve("x/y"), " is no folder: choose another name");
    assertThat(file).hasContent("kept");
    Path pipe = temp.resolve("pipe");
    if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0) {
      refused(pipe, ": is not a file: choose another name");
    }
  }

  @Test
  void anErrorHasTheNameThatWasAskedFor() {
    Path file = temp.resolve("x".repeat(250));
    assertThatThrownBy(() -> WholeFile.write(file, "text"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageStartingWith(file + ": ");
  }

  @Test
  void aFileThatIsThereIsNotNew() throws IOException {
    Path file = temp.resolve("file");
    WholeFile.writeNew(file, new byte[] {1});
    assertThatThrownBy(() -> WholeFile.writeNew(file, new byte[] {2}))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": is there already: remove it or choose another name");
    assertThat(file).hasBinaryContent(new byte[] {1});
    onlyIn(temp, "file");
  }

  @Test
  void ofSeveralAtOnceOneWritesANewFile() throws Exception {
    int writers = 4;
    Path file = temp.resolve("file");
    CyclicBarrier together = new CyclicBarrier(writers);
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Callable<Integer>> all =
          IntStream.range(0, writers)
              .<Callable<Integer>>mapToObj(i -> () -> written(file, i, together) ? i : -1)
              .toList();
      int winner = -1;
      int winners = 0;
      for (Future<Integer> each : threads.invokeAll(all)) {
        winner = Math.max(winner, each.get());
        winners += each.get() >= 0 ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
      assertThat(file).hasBinaryContent(new byte[] {(byte) winner});
      onlyIn(temp, "file");
    }
  }

  private static boolean written(Path file, int what, CyclicBarrier together) throws Exception {
    together.await();
    try {
      WholeFile.writeNew(file, new byte[] {(byte) what});
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  private void refused(Path file, String message) {
    assertThatThrownBy(() -> WholeFile.write(file, "text"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static void onlyIn(Path folder, String name) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.map(f -> f.getFileName().toString())).containsExactly(name);
    }
  }
}
