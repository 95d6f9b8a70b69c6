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
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_512;

  /** Numbers that every way reads in whole turns of its loop. */
  private static final int TURN = 1024;

  /** A way to add up the first {@code n} numbers. */
  private interface Way {
    float sum(float[] a, int n);
  }

  private static final Map<String, Way> WAYS =
      Map.of(
          "256 bit, 8 sums", (a, n) -> eight(a, 0, n),
          "256 bit, 4 streams", Reading::fourStreams,
          "256 bit, 8 streams", Reading::eightStreams);

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
    if (Peak.HAS_WIDE) {
      ways.put("512 bit, 4 sums", new Reading(Reading::wide, numbers));
    }
    ways.put("256 bit, 8 sums, off the heap", new Segment(numbers.length));
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
    for (int i = from; i < to; i += 64) {
      s0 = s0.add(FloatVector.fromArray(F, a, i));
      s1 = s1.add(FloatVector.fromArray(F, a, i + 8));
      s2 = s2.add(FloatVector.fromArray(F, a, i + 16));
      s3 = s3.add(FloatVector.fromArray(F, a, i + 24));
      s4 = s4.add(FloatVector.fromArray(F, a, i + 32));
      s5 = s5.add(FloatVector.fromArray(F, a, i + 40));
      s6 = s6.add(FloatVector.fromArray(F, a, i + 48));
      s7 = s7.add(FloatVector.fromArray(F, a, i + 56));
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
    for (int i = 0; i < part; i += 16) {
      s0 = s0.add(FloatVector.fromArray(F, a, i)).add(FloatVector.fromArray(F, a, i + 8));
      int j = i + part;
      s1 = s1.add(FloatVector.fromArray(F, a, j)).add(FloatVector.fromArray(F, a, j + 8));
      j += part;
      s2 = s2.add(FloatVector.fromArray(F, a, j)).add(FloatVector.fromArray(F, a, j + 8));
      j += part;
      s3 = s3.add(FloatVector.fromArray(F, a, j)).add(FloatVector.fromArray(F, a, j + 8));
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
    for (int i = 0; i < part; i += 8) {
      s0 = s0.add(FloatVector.fromArray(F, a, i));
      s1 = s1.add(FloatVector.fromArray(F, a, i + part));
      s2 = s2.add(FloatVector.fromArray(F, a, i + 2 * part));
      s3 = s3.add(FloatVector.fromArray(F, a, i + 3 * part));
      s4 = s4.add(FloatVector.fromArray(F, a, i + 4 * part));
      s5 = s5.add(FloatVector.fromArray(F, a, i + 5 * part));
      s6 = s6.add(FloatVector.fromArray(F, a, i + 6 * part));
      s7 = s7.add(FloatVector.fromArray(F, a, i + 7 * part));
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    return low.add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
  }

  private static float wide(float[] a, int n) {
    FloatVector s0 = FloatVector.zero(WIDE);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < n; i += 64) {
      s0 = s0.add(FloatVector.fromArray(WIDE, a, i));
      s1 = s1.add(FloatVector.fromArray(WIDE, a, i + 16));
      s2 = s2.add(FloatVector.fromArray(WIDE, a, i + 32));
      s3 = s3.add(FloatVector.fromArray(WIDE, a, i + 48));
    }
    return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
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
      for (long at = 0; at < bytes; at += 256) {
        s0 = s0.add(FloatVector.fromMemorySegment(F, numbers, at, ORDER));
        s1 = s1.add(FloatVector.fromMemorySegment(F, numbers, at + 32, ORDER));
        s2 = s2.add(FloatVector.fromMemorySegment(F, numbers, at + 64, ORDER));
        s3 = s3.add(FloatVector.fromMemorySegment(F, numbers, at + 96, ORDER));
        s4 = s4.add(FloatVector.fromMemorySegment(F, numbers, at + 128, ORDER));
        s5 = s5.add(FloatVector.fromMemorySegment(F, numbers, at + 160, ORDER));
        s6 = s6.add(FloatVector.fromMemorySegment(F, numbers, at + 192, ORDER));
        s7 = s7.add(FloatVector.fromMemorySegment(F, numbers, at + 224, ORDER));
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
