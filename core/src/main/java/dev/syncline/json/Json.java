package dev.syncline.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JSON value. Objects keep the order of their keys; numbers are doubles. */
public sealed interface Json {
  /** The deepest nesting that is read. */
  int MAX_DEPTH = 64;

  record Obj(Map<String, Json> fields) implements Json {}

  record Arr(List<Json> items) implements Json {}

  record Str(String value) implements Json {}

  record Num(double value) implements Json {}

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}

  /** Reads a whole file; {@code where} of the result is the file's name as given. */
  static Field read(Path file) {
    try (Reader text = Files.newBufferedReader(file)) {
      if (Files.size(file) > Codec.MAX_BYTES) {
        throw new InputException(file + ": more than " + (Codec.MAX_BYTES >> 20) + " MB of JSON");
      }
      return new Field(file.toString(), "", Codec.read(file.toString(), text));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Reads a text; {@code where} names its origin in complaints. */
  static Field parse(String where, String text) {
    try {
      return new Field(where, "", Codec.read(where, new StringReader(text)));
    } catch (IOException e) {
      throw new InputException(where + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** An object from alternating keys and values (strings, numbers, booleans, Json or null). */
  static Obj object(Object... pairs) {
    Map<String, Json> fields = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.put((String) pairs[i], of(pairs[i + 1]));
    }
    return new Obj(fields);
  }

  /** The JSON form of a string, number, boolean, list, map, Json or null. */
  static Json of(Object value) {
    return switch (value) {
      case null -> new Null();
      case Json json -> json;
      case String s -> new Str(s);
      case Number n -> new Num(n.doubleValue());
      case Boolean b -> new Bool(b);
      case List<?> list -> new Arr(list.stream().map(Json::of).toList());
      case Map<?, ?> map -> {
        Map<String, Json> fields = new LinkedHashMap<>();
        map.forEach((k, v) -> fields.put(k.toString(), of(v)));
        yield new Obj(fields);
      }
      default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
    };
  }

  /** One line. */
  default String compact() {
    StringBuilder out = new StringBuilder();
    Codec.write(this, null, out);
    return out.toString();
  }

  /** Indented, with a new line at the end, as files are written. */
  default String pretty() {
    StringBuilder out = new StringBuilder();
    Codec.write(this, "\n", out);
    return out.append('\n').toString();
  }

  /** Text to values through a streaming parser, and back. */
  final class Codec {
    private static final long MAX_BYTES = 256L << 20;

    private Codec() {}

    private static Json read(String where, Reader text) throws IOException {
      JsonReader reader = new JsonReader(text);
      reader.setStrictness(Strictness.STRICT);
      reader.setNestingLimit(MAX_DEPTH);
      Json value = null;
      try {
        value = value(reader);
        var unused = reader.peek(); // refuses more text
        return value;
      } catch (MalformedJsonException | EOFException e) {
        String end = value == null ? "" : "more text after the end of the value";
        throw refused(where, end, e.getMessage(), reader.getPath(), e);
      } catch (CharacterCodingException e) {
        throw refused(where, "not UTF-8", "", reader.getPath(), e);
      }
    }

    private static Json value(JsonReader reader) throws IOException {
      return switch (reader.peek()) {
        case BEGIN_OBJECT -> {
          Map<String, Json> fields = new LinkedHashMap<>();
          reader.beginObject();
          while (reader.peek() != JsonToken.END_OBJECT) {
            String key = reader.nextName();
            if (fields.putIfAbsent(key, new Null()) != null) {
              throw new MalformedJsonException("Duplicate field '" + key + "'");
            }
            fields.put(key, value(reader));
          }
          reader.endObject();
          yield new Obj(fields);
        }
        case BEGIN_ARRAY -> {
          List<Json> items = new ArrayList<>();
          reader.beginArray();
          while (reader.peek() != JsonToken.END_ARRAY) {
            items.add(value(reader));
          }
          reader.endArray();
          yield new Arr(items);
        }
        case STRING -> new Str(reader.nextString());
        case NUMBER -> new Num(Double.parseDouble(reader.nextString()));
        case BOOLEAN -> new Bool(reader.nextBoolean());
        case NULL -> {
          reader.nextNull();
          yield new Null();
        }
        case END_OBJECT, END_ARRAY, NAME, END_DOCUMENT ->
            throw new MalformedJsonException("unexpected " + reader.peek());
      };
    }

    /** The parser's complaint with its place: what is wrong, line, column and field. */
    private static InputException refused(
        String where, String known, String said, String path, IOException e) {
      Matcher placed =
          Pattern.compile("(.*?) at line (\\d+) column (\\d+).*", Pattern.DOTALL).matcher(said);
      String what = placed.matches() ? placed.group(1) : said;
      List<String> at = new ArrayList<>();
      if (placed.matches()) {
        at.add("line " + placed.group(2) + ", column " + placed.group(3));
      }
      String field = path.replaceFirst("^\\$\\.?", "");
      if (!field.isEmpty()) {
        at.add("at " + field);
      }
      if (!known.isEmpty()) {
        what = known;
      } else if (what.equals("End of input")) {
        what = path.equals("$") ? "the file is empty" : "the file ends inside a value";
      } else if (what.startsWith("Use JsonReader")) {
        what = "no JSON stands here (NaN and Infinity are none)";
      }
      String kind = what.startsWith("Nesting") ? "JSON beyond the limits: " : "bad JSON: ";
      String place = at.isEmpty() ? "" : " (" + String.join(", ", at) + ")";
      return new InputException(where + ": " + kind + what + place, e);
    }

    /** Appends a value; {@code line} is what a new line begins with, null for all in one. */
    private static void write(Json json, String line, StringBuilder out) {
      switch (json) {
        case Obj o -> fields(o.fields(), line, out);
        case Arr a -> {
          String space = line == null ? "" : " ";
          out.append('[').append(space);
          String between = "";
          for (Json item : a.items()) {
            write(item, line, out.append(between));
            between = "," + space;
          }
          out.append(a.items().isEmpty() ? "" : space).append(']');
        }
        case Str s -> text(s.value(), out);
        case Num n -> number(n.value(), out);
        case Bool b -> out.append(b.value());
        case Null ignored -> out.append("null");
      }
    }

    private static void fields(Map<String, Json> fields, String line, StringBuilder out) {
      if (fields.isEmpty()) {
        out.append(line == null ? "{}" : "{ }");
        return;
      }
      String inner = line == null ? null : line + "  ";
      String before = "{";
      for (Map.Entry<String, Json> e : fields.entrySet()) {
        text(e.getKey(), out.append(before).append(line == null ? "" : inner));
        write(e.getValue(), inner, out.append(line == null ? ":" : " : "));
        before = ",";
      }
      out.append(line == null ? "" : line).append('}');
    }

    private static void number(double value, StringBuilder out) {
      if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        out.append((long) value);
      } else if (Double.isFinite(value)) {
        out.append(value);
      } else {
        out.append("null");
      }
    }

    private static void text(String value, StringBuilder out) {
      out.append('"');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          out.append('\\').append(c);
        } else if (c >= ' ') {
          out.append(c);
        } else {
          int known = "\b\t\n\f\r".indexOf(c);
          out.append(known < 0 ? "\\u%04X".formatted((int) c) : "\\" + "btnfr".charAt(known));
        }
      }
      out.append('"');
    }
  }
}
