package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.step.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertifyCommandTest {
  @TempDir static Path folder;
  private static TinyWorld world;

  @BeforeAll
  static void make() {
    world = TinyWorld.make(folder, 2);
  }

  @Test
  void oneObjectSaysThatTheModelIsCausalAndWhatItCosts() throws IOException {
    Path model = world.model("model", 100, Optional.empty(), "audio", "visual");
    CommandLineRun run = CommandLineRun.of("certify", model, "--data", world.dir(), "--json");
    Field card = Json.parse("out", run.passed());
    assertThat(card.get("causal").bool()).isTrue();
    assertThat(card.get("checks").items()).hasSize(8).allMatch(c -> c.get("passed").bool());
    assertThat(Json.read(model.resolve("card.json")).value()).isEqualTo(card.value());
    // Asked for three clips, there are three; what is written is what was examined.
    assertThat(model.resolve("card.md"))
        .content()
        .contains("causal", card.get("digest").string(), "3 clips");

    Field cost = Json.parse("out", CommandLineRun.of("inspect", model, "--json").passed());
    long parameters = 0;
    assertThat(card.get("state_bytes").number()).isPositive();
    for (Field node : cost.get("tree").items()) {
      parameters += node.get("parameters").integer(0, Long.MAX_VALUE >> 11);
    }
    assertThat(card.get("parameters").get("total").number()).isEqualTo((double) parameters);
  }

  @Test
  void aModelThatCannotBeReadIsRefusedAndGetsNoCard() throws IOException {
    Path model = world.model("damaged", 100, Optional.empty(), "audio");
    Path weights = model.resolve(Model.WEIGHTS);
    try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      ByteBuffer nan = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(Float.NaN);
      file.write(nan.flip(), file.size() - 4);
    }
    assertThat(CommandLineRun.of("certify", model).refused(1)).contains("NaN");
    Files.delete(weights);
    assertThat(CommandLineRun.of("certify", model).refused(1)).contains(weights.toString());
    assertThat(model.resolve("card.json")).doesNotExist();
  }

  @Test
  void theCardSaysHowManyClipsWereExaminedAndNoneIsRefused() throws IOException {
    Path model = world.model("few", 100, Optional.empty(), "audio");
    CommandLineRun.of("certify", model, "--data", world.dir(), "--clips", 9).passed();
    assertThat(model.resolve("card.md")).content().contains("3 clips").doesNotContain("9 clips");
    for (String wrong : List.of("--clips=0", "--clips=-3", "--ticks=0", "--ticks=2147483647")) {
      assertThat(CommandLineRun.of("certify", model, "--data", world.dir(), wrong).refused(2))
          .contains(wrong.substring(0, 7) + " must be from 1 to");
    }
    assertThat(CommandLineRun.of("certify", model, "--data", world.dir(), "--split=val").refused(1))
        .contains("\"val\" is empty");
  }
}
