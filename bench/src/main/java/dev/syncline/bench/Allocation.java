package dev.syncline.bench;

import com.sun.management.ThreadMXBean;
import dev.syncline.step.Kernels;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.VectorKernels;
import java.lang.management.ManagementFactory;

/**
 * What ticks allocate in this JVM once they are compiled: one from samples and pixels to events,
 * and one of sixteen streams (four with plain kernels) with attention that are stepped together.
 * {@code bin/bench allocation [JVMS]} runs it in fresh JVMs for every kernel set and precision.
 * Ends with exit code 1 if it is anything.
 */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TICKS = 500;

  private Allocation() {}

  public static void main(String[] args) {
    boolean plain = args[0].equals("plain");
    Kernels kernels = plain ? new PlainKernels() : new VectorKernels();
    Workload alone = new Workload(kernels, Precision.valueOf(args[1]));
    Streams together = new Streams(kernels, Precision.valueOf(args[1]), plain ? 4 : 16);
    int warm = plain ? 6_000 : 10_000; // vectors must be compiled to the last one
    run(alone, together, warm);
    long begin = THREADS.getCurrentThreadAllocatedBytes();
    run(alone, together, TICKS);
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - begin;
    // in one piece, as others write too
    String line = "%-6s %-8s %,9d bytes in %,d ticks after %,d%n";
    System.out.print(line.formatted(args[0], args[1], bytes, TICKS, warm));
    System.exit(bytes == 0 ? 0 : 1);
  }

  private static void run(Workload alone, Streams together, int ticks) {
    for (int t = 0; t < ticks; t++) {
      alone.tick();
      together.tick();
    }
  }
}
