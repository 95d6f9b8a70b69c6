package dev.syncline.cli;

import dev.syncline.data.Dataset;
import dev.syncline.data.DatasetCheck;
import dev.syncline.data.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code data check}: lists every problem of a data set; exits with 1 if there is one. */
@Command(
    name = "check",
    description = "Lists everything that is wrong with a data set, one line each.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DataCheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The data set folder.")
  private Path dir;

  @Option(names = "--max", defaultValue = "50", description = "The most problems to show.")
  private int max;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (max < 0) {
      throw new ParameterException(spec.commandLine(), "--max must not be negative, is " + max);
    }
    List<Problem> problems = DatasetCheck.check(dir);
    PrintWriter console = spec.commandLine().getOut();
    problems.stream().limit(max).forEach(problem -> console.println(problem.message()));
    if (problems.isEmpty()) {
      console.println(dir + ": " + Dataset.open(dir).clips().size() + " clips, no problems");
    } else {
      String shown = problems.size() > max ? " (" + max + " shown)" : "";
      console.println(
          dir + ": " + problems.size() + (problems.size() == 1 ? " problem" : " problems") + shown);
    }
    console.flush();
    return problems.isEmpty() ? 0 : 1;
  }
}
