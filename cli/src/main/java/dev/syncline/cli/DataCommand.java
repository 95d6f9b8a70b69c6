package dev.syncline.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything about data sets. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Make, look at and check data sets.",
    subcommands = {
      DataSynthCommand.class,
      DataImportCommand.class,
      DataInspectCommand.class,
      DataCheckCommand.class
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: synth, import, inspect or check");
  }
}
