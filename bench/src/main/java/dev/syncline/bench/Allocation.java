package dev.syncline.bench;

import com.sun.management.ThreadMXBean;
import dev.syncline.step.Kernels;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.VectorKernels;
import java.lang.management.ManagementFactory;

/**
 * What a tick from samples and pixels to events allocates in this JVM once it is compiled: {@code
 * bin/bench allocation [JVMS]} runs it in fresh JVMs for every kernel set and precision. Ends with
 * exit code 1 if it is anything.
 */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TICKS = 1_000;

  private Allocation() {}

  public static void main(String[] args) {
    Kernels kernels = args[0].equals("plain") ? new PlainKernels() : new VectorKernels();
    Workload workload = new Workload(kernels, Precision.valueOf(args[1]));
    int warm = args[0].equals("plain") ? 3_000 : 20_000; // vectors must be compiled to the last one
    run(workload, warm);
    long begin = THREADS.getCurrentThreadAllocatedBytes();
    run(workload, TICKS);
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - begin;
    System.out.printf(
        "%-6s %-8s %,9d bytes in %,d ticks after %,d%n", args[0], args[1], bytes, TICKS, warm);
    System.exit(bytes == 0 ? 0 : 1);
  }

  private static void run(Workload workload, int ticks) {
    for (int t = 0; t < ticks; t++) {
      workload.tick();
    }
  }
}
