package dev.syncline.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = Codec.FACTORY.createParser(in)) {
      return new Field(file.toString(), "", Codec.whole(parser));
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file", e);
    } catch (JsonProcessingException e) {
      throw Codec.refused(file.toString(), e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Reads a text; {@code where} names its origin in complaints. */
  static Field parse(String where, String text) {
    try (JsonParser parser = Codec.FACTORY.createParser(text)) {
      return new Field(where, "", Codec.whole(parser));
    } catch (JsonProcessingException e) {
      throw Codec.refused(where, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
    return Codec.write(this, false);
  }

  /** Indented, with a new line at the end, as files are written. */
  default String pretty() {
    return Codec.write(this, true) + "\n";
  }

  /** Reading and writing through the streaming parser. */
  final class Codec {
    private static final JsonFactory FACTORY =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(100)
                    .maxStringLength(20_000_000)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // So that a NaN, which many programs write, is refused where it stands, by its field.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private Codec() {}

    private static InputException refused(String where, JsonProcessingException e) {
      String at =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      String kind = e instanceof JsonParseException ? "bad JSON: " : "JSON beyond the limits: ";
      String first = e.getOriginalMessage().lines().findFirst().orElse("");
      String message = first.replaceAll(" \\(start marker at .*", "");
      return new InputException(where + ": " + kind + message + at, e);
    }

    private static Json whole(JsonParser parser) throws IOException {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new JsonParseException(parser, "the file is empty");
      }
      Json value = value(parser, first);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "more text after the end of the value");
      }
      return value;
    }

    private static Json value(JsonParser parser, JsonToken token) throws IOException {
      return switch (token) {
        case START_OBJECT -> {
          Map<String, Json> fields = new LinkedHashMap<>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            fields.put(key, value(parser, parser.nextToken()));
          }
          yield new Obj(fields);
        }
        case START_ARRAY -> {
          List<Json> items = new ArrayList<>();
          for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            items.add(value(parser, t));
          }
          yield new Arr(items);
        }
        case VALUE_STRING -> new Str(parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getDoubleValue());
        case VALUE_TRUE -> new Bool(true);
        case VALUE_FALSE -> new Bool(false);
        case VALUE_NULL -> new Null();
        default -> throw new JsonParseException(parser, "unexpected " + token);
      };
    }

    private static String write(Json json, boolean pretty) {
      StringWriter out = new StringWriter();
      try (JsonGenerator g = FACTORY.createGenerator(out)) {
        if (pretty) {
          g.setPrettyPrinter(
              new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
        }
        write(g, json);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return out.toString();
    }

    private static void write(JsonGenerator g, Json json) throws IOException {
      switch (json) {
        case Obj o -> {
          g.writeStartObject();
          for (Map.Entry<String, Json> e : o.fields().entrySet()) {
            g.writeFieldName(e.getKey());
            write(g, e.getValue());
          }
          g.writeEndObject();
        }
        case Arr a -> {
          g.writeStartArray();
          for (Json item : a.items()) {
            write(g, item);
          }
          g.writeEndArray();
        }
        case Str s -> g.writeString(s.value());
        case Num n -> {
          if (n.value() == Math.rint(n.value()) && Math.abs(n.value()) < 1e15) {
            g.writeNumber((long) n.value());
          } else if (Double.isFinite(n.value())) {
            g.writeNumber(n.value());
          } else {
            g.writeNull();
          }
        }
        case Bool b -> g.writeBoolean(b.value());
        case Null ignored -> g.writeNull();
      }
    }
  }
}
