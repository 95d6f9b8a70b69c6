package dev.syncline.cli.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Multiply-adds that one core does where nothing has to be read. */
final class Peak {
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_512;

  /** Wider vectors than the processor's are put together one by one, a thousand times slower. */
  private static final boolean HAS_WIDE = FloatVector.SPECIES_PREFERRED.length() >= WIDE.length();

  private static final int SUMS = 10;
  private static final int TURNS = 20_000;

  /** Most of them take microseconds, those before the compiler is done a tenth of a second. */
  private static final int TRIES = 500;

  private static final long LONGEST_NS = 10_000_000_000L;

  private Peak() {}

  /** The best of many tries in both widths, in GFLOP/s (a multiply-add is two). */
  static double gflops() {
    double best = 0;
    float kept = 1;
    long start = System.nanoTime();
    for (int i = 0; i < TRIES && System.nanoTime() - start < LONGEST_NS; i++) {
      long begin = System.nanoTime();
      kept = narrow(kept);
      long between = System.nanoTime();
      best = Math.max(best, 2.0 * SUMS * TURNS * NARROW.length() / (between - begin));
      if (HAS_WIDE) {
        kept = wide(kept);
        long end = System.nanoTime();
        best = Math.max(best, 2.0 * SUMS * TURNS * WIDE.length() / (end - between));
      }
    }
    if (Float.isNaN(kept)) {
      throw new IllegalStateException("the sums must be numbers");
    }
    return best;
  }

  private static float narrow(float from) {
    FloatVector m = FloatVector.broadcast(NARROW, 0.999f);
    FloatVector a = FloatVector.broadcast(NARROW, 0.001f);
    FloatVector s0 = FloatVector.broadcast(NARROW, from + 0);
    FloatVector s1 = FloatVector.broadcast(NARROW, from + 1);
    FloatVector s2 = FloatVector.broadcast(NARROW, from + 2);
    FloatVector s3 = FloatVector.broadcast(NARROW, from + 3);
    FloatVector s4 = FloatVector.broadcast(NARROW, from + 4);
    FloatVector s5 = FloatVector.broadcast(NARROW, from + 5);
    FloatVector s6 = FloatVector.broadcast(NARROW, from + 6);
    FloatVector s7 = FloatVector.broadcast(NARROW, from + 7);
    FloatVector s8 = FloatVector.broadcast(NARROW, from + 8);
    FloatVector s9 = FloatVector.broadcast(NARROW, from + 9);
    for (int i = 0; i < TURNS; i++) {
      s0 = m.fma(s0, a);
      s1 = m.fma(s1, a);
      s2 = m.fma(s2, a);
      s3 = m.fma(s3, a);
      s4 = m.fma(s4, a);
      s5 = m.fma(s5, a);
      s6 = m.fma(s6, a);
      s7 = m.fma(s7, a);
      s8 = m.fma(s8, a);
      s9 = m.fma(s9, a);
    }
    FloatVector low = m.fma(s0, m.fma(s1, m.fma(s2, m.fma(s3, s4))));
    return m.fma(s5, m.fma(s6, m.fma(s7, m.fma(s8, m.fma(s9, low))))).lane(0);
  }

  private static float wide(float from) {
    FloatVector m = FloatVector.broadcast(WIDE, 0.999f);
    FloatVector a = FloatVector.broadcast(WIDE, 0.001f);
    FloatVector s0 = FloatVector.broadcast(WIDE, from + 0);
    FloatVector s1 = FloatVector.broadcast(WIDE, from + 1);
    FloatVector s2 = FloatVector.broadcast(WIDE, from + 2);
    FloatVector s3 = FloatVector.broadcast(WIDE, from + 3);
    FloatVector s4 = FloatVector.broadcast(WIDE, from + 4);
    FloatVector s5 = FloatVector.broadcast(WIDE, from + 5);
    FloatVector s6 = FloatVector.broadcast(WIDE, from + 6);
    FloatVector s7 = FloatVector.broadcast(WIDE, from + 7);
    FloatVector s8 = FloatVector.broadcast(WIDE, from + 8);
    FloatVector s9 = FloatVector.broadcast(WIDE, from + 9);
    for (int i = 0; i < TURNS; i++) {
      s0 = m.lanewise(VectorOperators.FMA, s0, a);
      s1 = m.lanewise(VectorOperators.FMA, s1, a);
      s2 = m.lanewise(VectorOperators.FMA, s2, a);
      s3 = m.lanewise(VectorOperators.FMA, s3, a);
      s4 = m.lanewise(VectorOperators.FMA, s4, a);
      s5 = m.lanewise(VectorOperators.FMA, s5, a);
      s6 = m.lanewise(VectorOperators.FMA, s6, a);
      s7 = m.lanewise(VectorOperators.FMA, s7, a);
      s8 = m.lanewise(VectorOperators.FMA, s8, a);
      s9 = m.lanewise(VectorOperators.FMA, s9, a);
    }
    return s0.lane(0)
        + s1.lane(0)
        + s2.lane(0)
        + s3.lane(0)
        + s4.lane(0)
        + s5.lane(0)
        + s6.lane(0)
        + s7.lane(0)
        + s8.lane(0)
        + s9.lane(0);
  }
}
