package dev.syncline.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code syncline} command. */
@Command(
    name = "syncline",
    mixinStandardHelpOptions = true,
    version = "syncline 0.1.0",
    description = "Models that hear and see a live stream and say, now, what is happening.",
    subcommands = {
      DemoCommand.class,
      DataCommand.class,
      TrainCommand.class,
      EvalCommand.class,
      CertifyCommand.class,
      StreamCommand.class,
      StudyCommand.class,
      PlanCommand.class,
      BenchCommand.class,
      InspectCommand.class,
      ExportCommand.class,
      PackCommand.class,
      ScoreCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // Numbers are read by programs too.
    System.exit(run(args));
  }

  /** Runs a command line and gives its exit code. */
  public static int run(String... args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    CommandLine command = new CommandLine(new Main()).setOut(out).setErr(err);
    return Exit.install(command).execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
