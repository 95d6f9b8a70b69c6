package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.json.InputException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ExitTest {
  @Command(name = "work", mixinStandardHelpOptions = true)
  static final class Work implements Runnable {
    private final Throwable failure;

    @Option(names = "--steps")
    private int steps;

    Work(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public void run() {
      if (steps == 0) {
        if (failure instanceof Error e) {
          throw e;
        }
        throw (RuntimeException) failure;
      }
    }
  }

  private final StringWriter err = new StringWriter();

  private int execute(Throwable failure, String... args) {
    return Exit.install(new CommandLine(new Work(failure)))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @AfterEach
  void noTrace() {
    System.clearProperty("syncline.trace");
  }

  @Test
  void refusedInputIsItsMessageOnOneLineAndExitOne() {
    assertThat(execute(new InputException("a.json: field:\n  is bad"))).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("a.json: field:; is bad");
  }

  @Test
  void aWrongCommandLineIsOneLineWithAHintAndExitTwo() {
    assertThat(execute(null, "--step=3")).isEqualTo(2);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("--step", "did you mean \"--steps\"?", "(work --help shows the usage)");
  }

  @Test
  void aValueOfTheWrongKindIsExitTwo() {
    assertThat(execute(null, "--steps", "many")).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains("--steps", "many");
  }

  @Test
  void aFaultIsOneLineAndExitSeventy() {
    assertThat(execute(new IllegalStateException("broken\nbadly"))).isEqualTo(70);
    assertThat(err.toString().lines())
        .containsExactly(
            "internal error: java.lang.IllegalStateException: broken; badly"
                + " (-Dsyncline.trace=true tells more)");
  }

  @Test
  void littleMemoryIsOneLineThatSaysHowToGiveMore() {
    assertThat(execute(new OutOfMemoryError("Java heap space"))).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .matches("out of memory, of \\d+ MB \\(Java heap space\\): .*-Xmx4g.*");
  }

  @Test
  void aLibraryThatCannotBeUnpackedIsOneLineThatSaysWhere() {
    var failure = new UnsatisfiedLinkError("no onnxruntime in java.library.path: /usr/lib");
    assertThat(execute(failure)).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("(no onnxruntime)", System.getProperty("java.io.tmpdir"), "room");
  }

  @Test
  void aFolderForLibrariesThatCannotBeWrittenToIsNoFault() {
    var cause = new IllegalStateException(new AccessDeniedException("/tmp/onnxruntime"));
    assertThat(execute(new ExceptionInInitializerError(cause))).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("native library", "/tmp/onnxruntime");
  }

  @Test
  void anErrorIsAFaultToo() {
    assertThat(execute(new ExceptionInInitializerError(new IllegalStateException()))).isEqualTo(70);
    assertThat(err.toString()).startsWith("internal error: java.lang.ExceptionInInitializerError");
    err.getBuffer().setLength(0);
    assertThat(execute(new StackOverflowError())).isEqualTo(70);
    assertThat(err.toString().lines())
        .containsExactly(
            "internal error: java.lang.StackOverflowError (-Dsyncline.trace=true tells more)");
  }

  @Test
  void theTraceOfAFaultIsToldOnRequest() {
    System.setProperty("syncline.trace", "true");
    assertThat(execute(new IllegalStateException("broken"))).isEqualTo(70);
    assertThat(err.toString()).contains("internal error: ", "\tat dev.syncline.cli.ExitTest");
  }

  @Test
  void successIsExitZero() {
    assertThat(execute(null, "--steps", "3")).isZero();
    assertThat(err.toString()).isEmpty();
  }
}
