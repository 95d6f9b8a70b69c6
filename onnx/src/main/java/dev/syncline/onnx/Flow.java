package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.step.Buffer;
import dev.syncline.step.Ring;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What flows through a graph under construction. The rows of a buffer are one tensor {@code
 * [streams·rows, size]}, their validity is {@code [streams·rows, 1]}; a state part is {@code
 * [streams, rows, width]}. Invalid rows hold anything until somebody could see them: {@link #clean}
 * is where they become zeros.
 */
final class Flow {
  /** What makes the score of a place that is not looked at. */
  static final float NEVER = -1e30f;

  /** The validity of rows that are never invalid. */
  static final String ALWAYS = "";

  final GraphBuilder g;
  private final String tick;
  private final Map<Integer, String> rows = new HashMap<>();
  private final Map<Integer, String> valid = new HashMap<>();
  private final Map<String, String> states = new HashMap<>();

  Flow(GraphBuilder g, String tick) {
    this.g = g;
    this.tick = tick;
  }

  String rows(Buffer b) {
    return rows.get(b.at());
  }

  /** Puts rows whose validity is known already. */
  void put(Buffer b, String value) {
    rows.put(b.at(), value);
  }

  void put(Buffer b, String value, String validity) {
    rows.put(b.at(), value);
    valid.put(b.valid(), validity);
  }

  /** Validity as numbers 1 and 0, or {@link #ALWAYS}. */
  String valid(Buffer b) {
    return valid.get(b.valid());
  }

  boolean always(Buffer b) {
    return valid(b).equals(ALWAYS);
  }

  /** Validity as numbers, ones where rows are never invalid. */
  String validNumbers(Buffer b) {
    if (!always(b)) {
      return valid(b);
    }
    return reshape(ones(b.rows()), -1, 1);
  }

  /** Ones {@code [streams, n]}. */
  String ones(int n) {
    float[] one = new float[n];
    Arrays.fill(one, 1);
    return g.node("Expand", g.floats(one, 1, n), concat(0, List.of(streams(), g.longs(n))));
  }

  /** How many streams there are, as a list of that number. */
  private String streams() {
    return g.node("Shape", List.of(attribute("start", 0), attribute("end", 1)), tick);
  }

  /** The rows with zeros where they are invalid. */
  String clean(Buffer b) {
    return clean(rows(b), b);
  }

  /** Any rows that are valid where those of {@code b} are. */
  String clean(String value, Buffer b) {
    return always(b) ? value : g.node("Where", isValid(b), value, g.scalar(0f));
  }

  /** {@code value} where rows of {@code b} are valid, {@code other} elsewhere. */
  String choose(Buffer b, String value, String other) {
    return always(b) ? value : g.node("Where", isValid(b), value, other);
  }

  String isValid(Buffer b) {
    return cast(valid(b), DataType.BOOL);
  }

  String cast(String value, DataType type) {
    return g.node("Cast", List.of(attribute("to", type.getNumber())), value);
  }

  String reshape(String value, long... dims) {
    return g.node("Reshape", value, g.longs(dims));
  }

  String slice(String value, int axis, long from, long to) {
    return g.node("Slice", value, g.longs(from), g.longs(to), g.longs(axis));
  }

  String concat(int axis, List<String> values) {
    return values.size() == 1
        ? values.getFirst()
        : g.node("Concat", List.of(attribute("axis", axis)), values.toArray(String[]::new));
  }

  String transpose(String value, long... permutation) {
    return g.node("Transpose", List.of(attribute("perm", permutation)), value);
  }

  /** A sum, mean or maximum along an axis, which stays with the size 1. */
  String reduce(String op, String value, int axis) {
    return g.node(op, value, g.longs(axis));
  }

  /** {@code [streams·rows, n]} as {@code [streams, rows, n]}. */
  String perTick(String value, int rowsPerTick, int n) {
    return reshape(value, -1, rowsPerTick, n);
  }

  /** Row r of each stream's tick, {@code [streams, n]}. */
  String row(String value, int rowsPerTick, int r, int n) {
    return rowsPerTick == 1
        ? value
        : reshape(slice(perTick(value, rowsPerTick, n), 1, r, r + 1L), -1, n);
  }

  /** One {@code [streams, n]} a row, joined to {@code [streams·rows, n]}. */
  String join(List<String> each, int n) {
    return each.size() == 1 ? each.getFirst() : reshape(concat(1, each), -1, n);
  }

  /** Whole numbers {@code [streams, 1]}: the index in the stream of a row of this tick. */
  String index(int rowsPerTick, long row) {
    String n = g.node("Unsqueeze", tick, g.longs(1));
    n = rowsPerTick == 1 ? n : g.node("Mul", n, g.scalar((long) rowsPerTick));
    return row == 0 ? n : g.node("Add", n, g.scalar(row));
  }

  /** The same for several rows, {@code [streams, rows]}. */
  String indices(int rowsPerTick, long... each) {
    return each.length == 1
        ? index(rowsPerTick, each[0])
        : g.node("Add", index(rowsPerTick, 0), g.longs(each));
  }

  /** All rows of a tick as {@code [streams·rows, 1]}, times a unit, and with a number added. */
  String times(int rowsPerTick, int unit) {
    long[] all = IntStream.rangeClosed(1, rowsPerTick).asLongStream().toArray();
    String next = reshape(indices(rowsPerTick, all), -1, 1);
    String time = unit == 1 ? next : g.node("Mul", next, g.scalar((long) unit));
    return g.node("Sub", time, g.scalar(1L));
  }

  String state(Ring ring) {
    return states.computeIfAbsent(ring.part().name(), name -> "state." + name);
  }

  void state(Ring ring, String value) {
    states.put(ring.part().name(), value);
  }

  /** A state part of one row as {@code [streams, width]}. */
  String single(Ring ring) {
    return reshape(state(ring), -1, ring.part().width());
  }

  void single(Ring ring, String value) {
    state(ring, reshape(value, -1, 1, ring.part().width()));
  }

  /** Rows of a ring by their place in this tick (below 0: before it), {@code [streams, n, w]}. */
  String gather(Ring ring, int rowsPerTick, long... each) {
    String slots = slots(indices(rowsPerTick, each), ring);
    return gather(ring, slots);
  }

  /** What lies at places {@code [streams, n]} of a state part. */
  String gather(Ring ring, String places) {
    String at = g.node("Unsqueeze", places, g.longs(2));
    return g.node("GatherND", List.of(attribute("batch_dims", 1)), state(ring), at);
  }

  /** Where rows of a stream lie. */
  String slots(String indices, Ring ring) {
    return g.node("Mod", indices, g.scalar((long) ring.part().rows()));
  }

  /** Puts rows {@code [streams, n, width]} of this tick, from row {@code first}, into a ring. */
  void remember(Ring ring, int rowsPerTick, int first, int n, String value) {
    long[] each = IntStream.range(first, first + n).asLongStream().toArray();
    put(ring, slots(indices(rowsPerTick, each), ring), n, value);
  }

  /**
   * Puts rows {@code [streams, n, width]} at places {@code [streams, n]}. Where state and next
   * state share their memory, whoever reads the old rows must come before: {@code value} must
   * depend on what was read.
   */
  void put(Ring ring, String places, int n, String value) {
    String all = g.node("Range", g.scalar(0L), g.node("Squeeze", streams()), g.scalar(1L));
    String stream = reshape(all, -1, 1, 1);
    if (n > 1) {
      stream = g.node("Tile", stream, g.longs(1, n, 1));
    }
    String at = concat(2, List.of(stream, g.node("Unsqueeze", places, g.longs(2))));
    state(ring, g.node("ScatterND", state(ring), at, value));
  }

  /** Whether one of each {@code n} rows in a row is valid. */
  String any(Buffer in, int n) {
    if (always(in) || n == 1) {
      return valid(in);
    }
    return reduce("ReduceMax", reshape(valid(in), -1, n), 1);
  }

  /** Whether one of several rows beside each other is valid. */
  String any(List<Buffer> in) {
    if (in.stream().anyMatch(this::always)) {
      return ALWAYS;
    }
    String[] all = in.stream().map(this::valid).distinct().toArray(String[]::new);
    return all.length == 1 ? all[0] : g.node("Max", all);
  }

  /** How many rows ago the row in each of a ring's places came, {@code [streams, places]}. */
  String ages(String newest, int places) {
    String ago = g.node("Sub", newest, g.longs(range(0, places)));
    return g.node("Mod", ago, g.scalar((long) places));
  }

  /** What is added to the scores of places: nothing, or {@link #NEVER} where a count is 0. */
  String unless(String counts) {
    return g.node("Max", g.node("Log", counts), g.scalar(NEVER));
  }

  static long[] range(int from, int to) {
    long[] all = new long[to - from];
    Arrays.setAll(all, i -> from + i);
    return all;
  }
}
