package dev.syncline;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What each package of core may know. */
class ArchitectureTest {
  /** The order of the data flow: each may know those before it. */
  private static final List<String> ORDER =
      List.of("json", "time", "signal", "event", "spec", "weights", "step", "metric", "data");

  private static final JavaClasses CORE = core();

  private static JavaClasses core() {
    // names of the JDK's classes are enough
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(new DoNotIncludeTests())
        .importPackages("dev.syncline");
  }

  private static String all(String name) {
    return "dev.syncline." + name + "..";
  }

  @Test
  void everyClassIsInOneOfThePackages() {
    classes()
        .should()
        .resideInAnyPackage(ORDER.stream().map(ArchitectureTest::all).toArray(String[]::new))
        .check(CORE);
    assertThat(CORE.contain(dev.syncline.step.Session.class)).isTrue();
  }

  @Test
  void aPackageKnowsOnlyThoseBeforeIt() {
    for (int i = 0; i < ORDER.size(); i++) {
      List<String> later = ORDER.subList(i + 1, ORDER.size());
      noClasses()
          .that()
          .resideInAPackage(all(ORDER.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later.stream().map(ArchitectureTest::all).toArray(String[]::new))
          .allowEmptyShould(true)
          .check(CORE);
    }
  }

  @Test
  void coreKnowsTheJdkAndOneJsonLibrary() {
    onlyKnows("json", "com.google.gson..");
    onlyKnows("step", "jdk.incubator.vector..");
    onlyKnows("data", "java.awt..", "javax.imageio..");
    onlyKnows("time");
    onlyKnows("signal", "jdk.incubator.vector..");
    onlyKnows("event");
    onlyKnows("spec");
    onlyKnows("weights");
    onlyKnows("metric");
  }

  private static void onlyKnows(String name, String... more) {
    List<String> known = new ArrayList<>(List.of("dev.syncline.."));
    for (String part : List.of("io", "lang", "math", "nio", "security", "text", "time", "util")) {
      known.add("java." + part + "..");
    }
    known.addAll(Arrays.asList(more));
    classes()
        .that()
        .resideInAPackage(all(name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(known.toArray(String[]::new))
                .or(describe("are primitives or their arrays", ArchitectureTest::isPrimitive)))
        .allowEmptyShould(true)
        .check(CORE);
  }

  private static boolean isPrimitive(JavaClass c) {
    return c.getBaseComponentType().isPrimitive();
  }

  @Test
  void timeAndChanceComeFromTheCaller() {
    noClasses().should().callMethod(System.class, "currentTimeMillis").check(CORE);
    noClasses().should().callMethod(Math.class, "random").check(CORE);
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Random.class, ThreadLocalRandom.class, Clock.class)
        .check(CORE);
    noClasses()
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .check(CORE);
  }

  @Test
  void nothingStaticCanBeChanged() {
    fields().that().areStatic().should().beFinal().check(CORE);
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    for (String name : ORDER) {
      if (CORE.stream().anyMatch(c -> c.getPackageName().equals("dev.syncline." + name))) {
        assertThat(CORE.contain("dev.syncline." + name + ".package-info")).as(name).isTrue();
      }
    }
  }

  private static int changed;

  @Test
  void theRulesCanFail() {
    assertThat(++changed).isPositive();
    JavaClasses tests = new ClassFileImporter().importClasses(ArchitectureTest.class);
    assertThatThrownBy(() -> fields().that().areStatic().should().beFinal().check(tests))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("changed");
  }
}
