package dev.syncline.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Records to JSON and back. A component's key is its name in snake case; a sealed interface is an
 * object whose {@code type} is the snake-case name of one of its permitted records, so a document
 * can only ever name classes that the compiler knows. Lists, string-keyed maps, enums, optionals,
 * strings and numbers nest freely. A constructor that throws {@link IllegalArgumentException} is
 * reported at the field it was read from.
 */
public final class Records {
  /** The variants of a sealed interface by name, found once. */
  private static final ClassValue<Map<String, Class<?>>> VARIANTS =
      new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> sealed) {
          Map<String, Class<?>> byName = new LinkedHashMap<>();
          variants(sealed).forEach(c -> byName.put(name(c), c));
          return byName;
        }
      };

  private Records() {}

  /** The JSON text of the value that an absent field takes. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  public @interface Default {
    String value();
  }

  public static <T> T read(Class<T> type, Field field) {
    return type.cast(read((Type) type, field));
  }

  public static Json write(Object value) {
    return switch (value) {
      case Optional<?> o -> o.map(Records::write).orElse(new Json.Null());
      case Enum<?> e -> new Json.Str(lower(e.name()));
      case Float f -> new Json.Num(Double.parseDouble(f.toString()));
      case List<?> list -> new Json.Arr(list.stream().map(Records::write).toList());
      case Map<?, ?> map -> {
        Map<String, Json> fields = new LinkedHashMap<>();
        map.forEach((k, v) -> fields.put((String) k, write(v)));
        yield new Json.Obj(fields);
      }
      case Record record -> record(record);
      default -> Json.of(value);
    };
  }

  /**
   * The fields of a record, its type left out, that do not hold their defaults; nested ones too.
   */
  public static Map<String, Json> brief(Record record) {
    Map<String, Json> fields = new LinkedHashMap<>();
    for (RecordComponent c : record.getClass().getRecordComponents()) {
      Object value = value(record, c);
      boolean same = value.equals(fallback(c).orElse(null));
      if (!same && value instanceof Record inner) {
        Map<String, Json> all = new LinkedHashMap<>();
        if (isVariant(inner.getClass())) {
          all.put("type", new Json.Str(name(inner.getClass())));
        }
        all.putAll(brief(inner));
        fields.put(snake(c.getName()), new Json.Obj(all));
      } else if (!same) {
        fields.put(snake(c.getName()), write(value));
      }
    }
    return fields;
  }

  /** The name under which a record stands in JSON, e.g. {@code layer_norm} for LayerNorm. */
  public static String name(Class<?> type) {
    return snake(type.getSimpleName());
  }

  private static Json record(Record record) {
    Map<String, Json> fields = new LinkedHashMap<>();
    if (isVariant(record.getClass())) {
      fields.put("type", new Json.Str(name(record.getClass())));
    }
    for (RecordComponent c : record.getClass().getRecordComponents()) {
      Object value = value(record, c);
      if (!(value instanceof Optional<?> o) || o.isPresent()) {
        fields.put(snake(c.getName()), write(value));
      }
    }
    return new Json.Obj(fields);
  }

  private static Object value(Record record, RecordComponent c) {
    try {
      c.getAccessor().setAccessible(true);
      return c.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isVariant(Class<?> type) {
    return Arrays.stream(type.getInterfaces()).anyMatch(Class::isSealed);
  }

  private static Object read(Type type, Field field) {
    if (type instanceof ParameterizedType p) {
      Type[] args = p.getActualTypeArguments();
      if (p.getRawType() == Optional.class) {
        return Optional.of(read(args[0], field));
      }
      if (p.getRawType() == List.class) {
        List<Object> list = new ArrayList<>();
        field.items().forEach(item -> list.add(read(args[0], item)));
        return List.copyOf(list);
      }
      Map<String, Object> map = new LinkedHashMap<>();
      field.fields().forEach((key, value) -> map.put(key, read(args[1], value)));
      return map;
    }
    Class<?> raw = (Class<?>) type;
    if (raw == Json.class) {
      return field.value();
    } else if (raw == int.class || raw == Integer.class) {
      return (int) field.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    } else if (raw == long.class || raw == Long.class) {
      return field.integer(-(1L << 53), 1L << 53);
    } else if (raw == double.class || raw == Double.class) {
      return field.number();
    } else if (raw == float.class || raw == Float.class) {
      float value = (float) field.number();
      if (Float.isInfinite(value)) {
        throw field.bad("must be a number of 32 bits, is " + field.number());
      }
      return value;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return field.bool();
    } else if (raw == String.class) {
      return field.string();
    } else if (raw.isEnum()) {
      return constant(raw, field);
    } else if (raw.isSealed()) {
      return record(variant(raw, field), field);
    }
    return record(raw, field);
  }

  private static Object constant(Class<?> type, Field field) {
    List<String> names = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      String name = lower(((Enum<?>) constant).name());
      if (name.equals(field.string())) {
        return constant;
      }
      names.add(name);
    }
    throw field.bad("unknown value \"" + field.string() + "\"" + Field.hint(field.string(), names));
  }

  private static Class<?> variant(Class<?> sealed, Field field) {
    String type = field.get("type").string();
    Map<String, Class<?>> known = VARIANTS.get(sealed);
    Class<?> variant = known.get(type);
    if (variant == null) {
      throw field.bad("unknown type \"" + type + "\"" + Field.hint(type, known.keySet()));
    }
    return variant;
  }

  /** The records that may stand for a sealed interface; it may be divided into further ones. */
  public static Stream<Class<?>> variants(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .flatMap(c -> c.isSealed() ? variants(c) : Stream.of(c));
  }

  private static Object record(Class<?> type, Field field) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] args = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    List<String> known = new ArrayList<>();
    if (isVariant(type)) {
      known.add("type");
    }
    Arrays.stream(components).forEach(c -> known.add(snake(c.getName())));
    field.onlyKeys(known);
    for (int i = 0; i < components.length; i++) {
      RecordComponent c = components[i];
      types[i] = c.getType();
      args[i] = component(c, field);
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(args);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException cause) {
        throw new InputException(field.bad(cause.getMessage()).getMessage(), cause);
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object component(RecordComponent c, Field field) {
    Optional<Field> given = field.find(snake(c.getName()));
    if (given.isPresent()) {
      return read(c.getGenericType(), given.get());
    }
    if (c.getType() == Optional.class) {
      return Optional.empty();
    }
    return fallback(c).orElseGet(() -> read(c.getGenericType(), field.get(snake(c.getName()))));
  }

  private static Optional<Object> fallback(RecordComponent c) {
    return Optional.ofNullable(c.getAnnotation(Default.class))
        .map(d -> read(c.getGenericType(), Json.parse("default of " + c.getName(), d.value())));
  }

  private static String snake(String camel) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < camel.length(); i++) {
      char c = camel.charAt(i);
      if (i > 0 && isUpper(c) && !isUpper(camel.charAt(i - 1))) {
        text.append('_');
      }
      text.append(c);
    }
    return lower(text.toString());
  }

  /** Without a locale, whose classes cost a start 10 ms. */
  private static String lower(String name) {
    char[] letters = name.toCharArray();
    for (int i = 0; i < letters.length; i++) {
      letters[i] = isUpper(letters[i]) ? (char) (letters[i] + 'a' - 'A') : letters[i];
    }
    return new String(letters);
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
