package dev.syncline.cli.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One pass over as many bytes as a step has weights, read round and round as a step reads them, in
 * one of several ways. The fastest of them is the floor of the step's time.
 */
final class Reading implements Step {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final String BITS = F.vectorBitSize() + " bit, ";

  /** Numbers that every way reads in whole turns of its loop. */
  private static final int TURN = 1024;

  /** A way to add up the first {@code n} numbers. */
  private interface Way {
    float sum(float[] a, int n);
  }

  private static final Map<String, Way> WAYS =
      Map.of(
          BITS + "8 sums", (a, n) -> eight(a, 0, n),
          BITS + "4 streams", Reading::fourStreams,
          BITS + "8 streams", Reading::eightStreams);

  private final Way way;
  private final float[] numbers;
  private final int n;
  private final float[] out = new float[1];

  private Reading(Way way, float[] numbers) {
    this.way = way;
    this.numbers = numbers;
    n = numbers.length / TURN * TURN;
  }

  /** A pass over {@code bytes} bytes in each way, by its name. */
  static Map<String, Step> ways(long bytes) {
    float[] numbers = new float[Math.toIntExact((bytes / 4 + TURN - 1) / TURN * TURN)];
    java.util.Arrays.fill(numbers, 1e-3f);
    Map<String, Step> ways = new TreeMap<>();
    WAYS.forEach((name, way) -> ways.put(name, new Reading(way, numbers)));
    ways.put(BITS + "8 sums, off the heap", new Segment(numbers.length));
    return ways;
  }

  @Override
  public void run() {
    out[0] = way.sum(numbers, n);
  }

  @Override
  public float[] outputs() {
    return out;
  }

  /** One stream, eight independent sums. */
  private static float eight(float[] a, int from, int to) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int i = from; i < to; i += 8 * L) {
      s0 = FloatVector.fromArray(F, a, i).add(s0);
      s1 = FloatVector.fromArray(F, a, i + L).add(s1);
      s2 = FloatVector.fromArray(F, a, i + 2 * L).add(s2);
      s3 = FloatVector.fromArray(F, a, i + 3 * L).add(s3);
      s4 = FloatVector.fromArray(F, a, i + 4 * L).add(s4);
      s5 = FloatVector.fromArray(F, a, i + 5 * L).add(s5);
      s6 = FloatVector.fromArray(F, a, i + 6 * L).add(s6);
      s7 = FloatVector.fromArray(F, a, i + 7 * L).add(s7);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    return low.add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
  }

  private static float fourStreams(float[] a, int n) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int part = n / 4;
    for (int i = 0; i < part; i += 2 * L) {
      s0 = FloatVector.fromArray(F, a, i + L).add(FloatVector.fromArray(F, a, i).add(s0));
      int j = i + part;
      s1 = FloatVector.fromArray(F, a, j + L).add(FloatVector.fromArray(F, a, j).add(s1));
      j += part;
      s2 = FloatVector.fromArray(F, a, j + L).add(FloatVector.fromArray(F, a, j).add(s2));
      j += part;
      s3 = FloatVector.fromArray(F, a, j + L).add(FloatVector.fromArray(F, a, j).add(s3));
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
  }

  private static float eightStreams(float[] a, int n) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    int part = n / 8;
    for (int i = 0; i < part; i += L) {
      s0 = FloatVector.fromArray(F, a, i).add(s0);
      s1 = FloatVector.fromArray(F, a, i + part).add(s1);
      s2 = FloatVector.fromArray(F, a, i + 2 * part).add(s2);
      s3 = FloatVector.fromArray(F, a, i + 3 * part).add(s3);
      s4 = FloatVector.fromArray(F, a, i + 4 * part).add(s4);
      s5 = FloatVector.fromArray(F, a, i + 5 * part).add(s5);
      s6 = FloatVector.fromArray(F, a, i + 6 * part).add(s6);
      s7 = FloatVector.fromArray(F, a, i + 7 * part).add(s7);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    return low.add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
  }

  /** The numbers in memory of their own, aligned to cache lines. */
  private static final class Segment implements Step {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment numbers;
    private final long bytes;
    private final float[] out = new float[1];

    Segment(int count) {
      bytes = 4L * count;
      numbers = arena.allocate(bytes, 64);
      for (long at = 0; at < bytes; at += 4) {
        numbers.set(ValueLayout.JAVA_FLOAT, at, 1e-3f);
      }
    }

    @Override
    public void run() {
      FloatVector s0 = FloatVector.zero(F);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      FloatVector s4 = s0;
      FloatVector s5 = s0;
      FloatVector s6 = s0;
      FloatVector s7 = s0;
      for (long at = 0; at < bytes; at += 32L * L) {
        s0 = FloatVector.fromMemorySegment(F, numbers, at, ORDER).add(s0);
        s1 = FloatVector.fromMemorySegment(F, numbers, at + 4L * L, ORDER).add(s1);
        s2 = FloatVector.fromMemorySegment(F, numbers, at + 8L * L, ORDER).add(s2);
        s3 = FloatVector.fromMemorySegment(F, numbers, at + 12L * L, ORDER).add(s3);
        s4 = FloatVector.fromMemorySegment(F, numbers, at + 16L * L, ORDER).add(s4);
        s5 = FloatVector.fromMemorySegment(F, numbers, at + 20L * L, ORDER).add(s5);
        s6 = FloatVector.fromMemorySegment(F, numbers, at + 24L * L, ORDER).add(s6);
        s7 = FloatVector.fromMemorySegment(F, numbers, at + 28L * L, ORDER).add(s7);
      }
      FloatVector low = s0.add(s1).add(s2.add(s3));
      out[0] = low.add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }

    @Override
    public float[] outputs() {
      return out;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
