package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.TinyModel;
import dev.syncline.spec.ModelSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** What streams say and remember does not depend on the width of the processor's vectors. */
class WidthTest {
  private static final int STREAMS = 17;

  /** Says what this process gets. */
  public static void main(String[] args) {
    digests().forEach(System.out::println);
  }

  private static List<String> digests() {
    List<String> all = new ArrayList<>();
    for (ModelSpec spec : List.of(TinyModel.everyLayer(), AllocationTest.wide())) {
      for (Precision precision : Precision.values()) {
        Model model = TinyModel.model(spec, 7, new VectorKernels(), precision);
        all.add(spec.modalities().size() + " " + precision + " " + digest(model));
      }
    }
    return all;
  }

  /** Some streams together, so that tiles of rows and rows alone are among it. */
  private static String digest(Model model) {
    List<Player> players = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      Player player = new Player(model);
      Set<String> modalities = model.spec().modalities().keySet();
      BatchTest.ticks(i).stream()
          .limit(6)
          .flatMap(List::stream)
          .filter(p -> modalities.contains(p.modality()))
          .forEach(player.session::push);
      players.add(player);
    }
    Batch batch = new Batch(model, STREAMS);
    int done = 0;
    while (batch.advance(players.stream().map(p -> p.session).toList()) > 0) {
      players.forEach(Player::decisions);
      done++;
    }
    assertThat(done).isGreaterThan(3);
    CRC32 crc = new CRC32();
    for (Player player : players) {
      crc.update(String.join("\n", player.said).getBytes(StandardCharsets.UTF_8));
      crc.update(player.session.state().snapshot());
    }
    return Long.toHexString(crc.getValue());
  }

  @Test
  void vectorsOf256AndOf512BitsGiveTheSameBits() throws IOException, InterruptedException {
    assumeTrue(Kernels.wide(), "needs vectors of 512 bits");
    Process narrow =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:UseAVX=2",
                "-cp",
                System.getProperty("java.class.path"),
                WidthTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> said = narrow.inputReader().lines().toList();
    assertThat(narrow.waitFor()).isZero();
    assertThat(said).isEqualTo(digests());
  }
}
