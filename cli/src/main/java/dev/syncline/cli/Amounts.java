package dev.syncline.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts with their units, as people write them: {@code 10ms}, {@code 64MB}. */
final class Amounts {
  private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([a-zA-Zµ]+)");
  private static final Map<String, Double> TIME =
      Map.of("us", 1e-6, "µs", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "h", 3600.0);
  private static final Map<String, Double> SIZE =
      Map.of("B", 1.0, "kB", 1e3, "KB", 1e3, "MB", 1e6, "GB", 1e9);

  private Amounts() {}

  /** Reads a time; gives seconds. */
  static final class Time implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return amount(text, TIME, "a time such as 10ms or 100s (us, ms, s, min, h)");
    }
  }

  /** Reads a size; gives bytes. */
  static final class Size implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return amount(text, SIZE, "a size such as 64MB (B, kB, MB, GB)");
    }
  }

  private static double amount(String text, Map<String, Double> units, String wanted) {
    Matcher m = AMOUNT.matcher(text.strip());
    if (!m.matches() || !units.containsKey(m.group(2)) || Double.parseDouble(m.group(1)) == 0) {
      throw new TypeConversionException("\"" + text + "\" is not " + wanted);
    }
    return Double.parseDouble(m.group(1)) * units.get(m.group(2));
  }
}
