package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** How a command line ended, and what it said on standard output and standard error. */
record CommandLineRun(int exit, String out, String err) {
  static CommandLineRun of(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        new CommandLine(new Main())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    List<String> words = new ArrayList<>();
    for (Object arg : args) {
      words.add(arg.toString());
    }
    int exit = Exit.install(command).execute(words.toArray(String[]::new));
    return new CommandLineRun(exit, out.toString(), err.toString());
  }

  /** What was said by a command line that was to succeed. */
  String passed() {
    assertThat(exit).as(err).isZero();
    return out;
  }

  /** The one line of a command line that was to be refused. */
  String refused(int code) {
    assertThat(exit).as(out + err).isEqualTo(code);
    assertThat(err.lines()).hasSize(1);
    assertThat(out).isEmpty();
    return err.strip();
  }
}
