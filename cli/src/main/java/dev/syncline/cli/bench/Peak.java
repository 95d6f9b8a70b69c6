package dev.syncline.cli.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Multiply-adds that one core does where nothing has to be read. */
final class Peak {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  private static final int SUMS = 10;
  private static final int TURNS = 20_000;

  /** Most of them take microseconds, those before the compiler is done a tenth of a second. */
  private static final int TRIES = 500;

  private static final long LONGEST_NS = 10_000_000_000L;

  private Peak() {}

  /** The best of many tries, in GFLOP/s (a multiply-add is two). */
  static double gflops() {
    double best = 0;
    float kept = 1;
    long start = System.nanoTime();
    for (int i = 0; i < TRIES && System.nanoTime() - start < LONGEST_NS; i++) {
      long begin = System.nanoTime();
      kept = turns(kept);
      best = Math.max(best, 2.0 * SUMS * TURNS * F.length() / (System.nanoTime() - begin));
    }
    if (Float.isNaN(kept)) {
      throw new IllegalStateException("the sums must be numbers");
    }
    return best;
  }

  private static float turns(float from) {
    FloatVector m = FloatVector.broadcast(F, 0.999f);
    FloatVector a = FloatVector.broadcast(F, 0.001f);
    FloatVector s0 = FloatVector.broadcast(F, from + 0);
    FloatVector s1 = FloatVector.broadcast(F, from + 1);
    FloatVector s2 = FloatVector.broadcast(F, from + 2);
    FloatVector s3 = FloatVector.broadcast(F, from + 3);
    FloatVector s4 = FloatVector.broadcast(F, from + 4);
    FloatVector s5 = FloatVector.broadcast(F, from + 5);
    FloatVector s6 = FloatVector.broadcast(F, from + 6);
    FloatVector s7 = FloatVector.broadcast(F, from + 7);
    FloatVector s8 = FloatVector.broadcast(F, from + 8);
    FloatVector s9 = FloatVector.broadcast(F, from + 9);
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
}
