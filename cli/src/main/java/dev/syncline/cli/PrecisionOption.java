package dev.syncline.cli;

import dev.syncline.json.Field;
import dev.syncline.step.Precision;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How the weights of a step are kept. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      defaultValue = "fp32",
      converter = Converter.class,
      completionCandidates = Names.class,
      paramLabel = "NAME",
      description =
          "weights of the step: ${COMPLETION-CANDIDATES}; biases, norms, convolutions over pictures and matrices below 4,096 weights stay fp32 (default ${DEFAULT-VALUE})")
  private Precision precision;

  Precision precision() {
    return precision;
  }

  private static List<String> names() {
    return Arrays.stream(Precision.values()).map(PrecisionOption::name).toList();
  }

  static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** The names in lower case. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }

  static final class Converter implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String name) {
      int i = names().indexOf(name);
      if (i < 0) {
        throw new TypeConversionException(
            "no precision \"" + name + "\"" + Field.hint(name, names()));
      }
      return Precision.values()[i];
    }
  }
}
