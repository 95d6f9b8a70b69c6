package dev.syncline.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each module may know. */
class ModuleOrderTest {
  private static final List<String> CORE =
      List.of("json", "time", "signal", "event", "spec", "weights", "step", "metric", "data");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.syncline");

  private static String[] packages(List<String> names) {
    return names.stream().map(n -> "dev.syncline." + n + "..").toArray(String[]::new);
  }

  @Test
  void coreKnowsNoOtherModule() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(CORE))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.syncline.torch..",
            "dev.syncline.onnx..",
            "dev.syncline.media..",
            "dev.syncline.cli..")
        .check(CLASSES);
  }

  @Test
  void torchOnnxAndMediaDoNotKnowEachOtherNorTheCommands() {
    List<String> modules = List.of("torch", "onnx", "media");
    for (String module : modules) {
      List<String> others = modules.stream().filter(m -> !m.equals(module)).toList();
      noClasses()
          .that()
          .resideInAPackage("dev.syncline." + module + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages(others))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("dev.syncline.cli..")
          .check(CLASSES);
    }
  }

  @Test
  void nativeLibrariesStayInTheirModules() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.syncline.torch..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.syncline.onnx..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.syncline.json..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.gson..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.syncline.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }
}
