package dev.syncline.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value inside a JSON document, with the place it came from. Every accessor that is not satisfied
 * throws an {@link InputException} that names file and field.
 *
 * @param where the file, or whatever else the document came from
 * @param path the field's path in the document, empty at the root
 */
public record Field(String where, String path, Json value) {

  /** The complaint about this field, ready to throw. */
  public InputException bad(String what) {
    return new InputException(where + (path.isEmpty() ? "" : ": " + path) + ": " + what);
  }

  /** A field that must be there. */
  public Field get(String name) {
    return find(name).orElseThrow(() -> bad("the field \"" + name + "\" is missing"));
  }

  /** A field that may be absent; JSON null counts as absent. */
  public Optional<Field> find(String name) {
    Json child = object().get(name);
    return child == null || child instanceof Json.Null
        ? Optional.empty()
        : Optional.of(new Field(where, path.isEmpty() ? name : path + "." + name, child));
  }

  /** The fields of an object in the order of the file. */
  public Map<String, Json> object() {
    if (value instanceof Json.Obj o) {
      return o.fields();
    }
    throw bad("must be an object, is " + kind());
  }

  /** The fields of an object, each with its place. */
  public Map<String, Field> fields() {
    Map<String, Field> result = new LinkedHashMap<>();
    object()
        .forEach((k, v) -> result.put(k, new Field(where, path.isEmpty() ? k : path + "." + k, v)));
    return result;
  }

  /** The items of an array, each with its place. */
  public List<Field> items() {
    if (!(value instanceof Json.Arr a)) {
      throw bad("must be a list, is " + kind());
    }
    List<Field> result = new ArrayList<>(a.items().size());
    for (int i = 0; i < a.items().size(); i++) {
      result.add(new Field(where, path + "[" + i + "]", a.items().get(i)));
    }
    return result;
  }

  public String string() {
    if (value instanceof Json.Str s) {
      return s.value();
    }
    throw bad("must be a string, is " + kind());
  }

  public boolean bool() {
    if (value instanceof Json.Bool b) {
      return b.value();
    }
    throw bad("must be true or false, is " + kind());
  }

  public double number() {
    if (value instanceof Json.Num n && Double.isFinite(n.value())) {
      return n.value();
    }
    throw bad("must be a number, is " + kind());
  }

  /** A whole number between {@code min} and {@code max}, both included. */
  public long integer(long min, long max) {
    double v = number();
    if (v != Math.rint(v) || v < min || v > max) {
      throw bad("must be a whole number from " + min + " to " + max + ", is " + value.compact());
    }
    return (long) v;
  }

  /**
   * Refuses any field of this object that is not in {@code known}, naming the nearest known one.
   */
  public void onlyKeys(Collection<String> known) {
    for (String key : object().keySet()) {
      if (!known.contains(key)) {
        throw bad("unknown key \"" + key + "\"" + hint(key, known));
      }
    }
  }

  public void onlyKeys(String... known) {
    onlyKeys(Arrays.asList(known));
  }

  /** ", did you mean ...?" with the candidate at the least edit distance. */
  public static String hint(String word, Collection<String> candidates) {
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int d = distance(word, candidate);
      if (d < least) {
        least = d;
        best = candidate;
      }
    }
    if (best == null) {
      return "";
    }
    return least <= Math.max(2, word.length() / 2)
        ? ", did you mean \"" + best + "\"?"
        : "; known are " + String.join(", ", candidates);
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  private String kind() {
    return switch (value) {
      case Json.Obj ignored -> "an object";
      case Json.Arr ignored -> "a list";
      case Json.Str s -> "the string \"" + s.value() + "\"";
      case Json.Num n -> "the number " + (Double.isFinite(n.value()) ? n.compact() : n.value());
      case Json.Bool b -> Boolean.toString(b.value());
      case Json.Null ignored -> "null";
    };
  }
}
