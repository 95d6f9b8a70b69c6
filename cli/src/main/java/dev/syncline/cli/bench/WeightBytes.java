package dev.syncline.cli.bench;

import dev.syncline.step.Matrix;
import dev.syncline.step.Op;
import dev.syncline.step.Program;
import java.lang.reflect.RecordComponent;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Bytes of constants that a step of a program reads: its matrices as they are packed, norms, tables
 * of positions. Operations are records; whatever constant lies in one is found, each once. Of an
 * embedding's table only single rows are read.
 */
final class WeightBytes {
  private final Set<Object> counted = Collections.newSetFromMap(new IdentityHashMap<>());

  private WeightBytes() {}

  static long of(Program program) {
    WeightBytes all = new WeightBytes();
    return program.ops().stream()
        .filter(op -> !(op instanceof Op.Embed))
        .mapToLong(all::count)
        .sum();
  }

  private long count(Object part) {
    return switch (part) {
      case Matrix m -> counted.add(m) ? m.bytes() : 0;
      case float[] a -> counted.add(a) ? 4L * a.length : 0;
      case List<?> list -> list.stream().mapToLong(this::count).sum();
      case Record r -> {
        long sum = 0;
        for (RecordComponent c : r.getClass().getRecordComponents()) {
          sum += count(value(r, c));
        }
        yield sum;
      }
      case null, default -> 0;
    };
  }

  private static Object value(Record record, RecordComponent c) {
    try {
      c.getAccessor().setAccessible(true); // some of an operation's parts are the package's own
      return c.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
