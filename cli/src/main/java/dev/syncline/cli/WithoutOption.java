package dev.syncline.cli;

import dev.syncline.json.Field;
import dev.syncline.step.Model;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Modalities that a model has to do without. */
final class WithoutOption {
  @Option(
      names = "--without",
      split = ",",
      paramLabel = "NAME",
      description = "modalities that are missing throughout")
  private List<String> without = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  List<String> names() {
    return without;
  }

  /** The modalities that are left; at least one. */
  Set<String> left(Model model) {
    Set<String> all = model.spec().modalities().keySet();
    Set<String> left = new LinkedHashSet<>(all);
    for (String name : without) {
      if (!all.contains(name)) {
        throw usage("the model has no modality \"" + name + "\"" + Field.hint(name, all));
      }
      left.remove(name);
    }
    if (left.isEmpty()) {
      throw usage("at least one modality must be left");
    }
    return left;
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), "--without: " + what);
  }
}
