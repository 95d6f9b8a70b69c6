package dev.syncline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.spec.Parameter;
import dev.syncline.step.Block;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.StepForm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReferenceTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"TRANSFORMER, 18.9e6", "GRU, 1.77e6", "TCN, 3.93e6", "SMALL, 0.21e6"})
  void isAsLargeAsItSays(Reference reference, double parameters) {
    long sum = reference.spec().parameters().stream().mapToLong(Parameter::size).sum();
    assertThat((double) sum).isCloseTo(parameters, Percentage.withPercentage(1));
  }

  @Test
  void foldersHaveTheSameBytesEveryTime() throws IOException {
    for (String folder : new String[] {"a", "b"}) {
      Reference.SMALL.model(Kernels.best(), Precision.FP32).write(temp.resolve(folder));
    }
    for (String file : new String[] {Model.SPEC, Model.WEIGHTS}) {
      assertThat(temp.resolve("a").resolve(file))
          .hasSameBinaryContentAs(temp.resolve("b").resolve(file));
    }
    assertThat(Model.load(temp.resolve("a")).digest())
        .isEqualTo(Reference.SMALL.model(Kernels.best(), Precision.FP32).digest());
  }

  /** Neither denormals nor overflows, which would change what a step takes. */
  @ParameterizedTest
  @EnumSource(Reference.class)
  void outputsStayInRange(Reference reference) {
    StepForm form = new StepForm(reference.model(Kernels.best(), Precision.FP32).program());
    SplittableRandom random = new SplittableRandom(4);
    Map<String, Block> inputs = new LinkedHashMap<>();
    reference
        .spec()
        .inputs()
        .forEach(
            (name, shape) -> {
              Block block = Block.empty(shape, 20);
              Arrays.fill(block.valid(), 1);
              for (int i = 0; i < block.values().length; i++) {
                block.values()[i] = (float) random.nextGaussian();
              }
              inputs.put(name, block);
            });
    for (int i = 0; i < 20; i++) {
      for (Block out : form.run(inputs).values()) {
        for (float v : out.values()) {
          assertThat(Math.abs(v)).isBetween(1e-9f, 1e3f);
        }
      }
    }
  }
}
