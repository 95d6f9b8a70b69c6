package dev.syncline.bench;

import dev.syncline.step.Kernels;
import dev.syncline.step.Precision;
import dev.syncline.step.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Runs one stream for a long time and prints resident memory as it goes on, and at the end what
 * each stage of the last ticks took: {@code bin/bench soak [TICKS]}. Ends with exit code 1 if
 * memory has grown by more than 10 MB since tick 10,000.
 */
public final class Soak {
  private static final long SETTLED = 10_000;
  private static final double LIMIT_MB = 10;
  private static final int LAST = 10_000;
  private static final double TICK_US = 100_000;

  private Soak() {}

  public static void main(String[] args) throws IOException {
    long ticks = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
    Workload workload = new Workload(Kernels.best(), Precision.FP32);
    long[][] stages = new long[Session.Stage.values().length][LAST];
    double settled = 0;
    long begin = System.nanoTime();
    for (long t = 1; t <= ticks; t++) {
      workload.tick();
      for (Session.Stage stage : Session.Stage.values()) {
        stages[stage.ordinal()][(int) ((t - 1) % LAST)] = workload.stageNs(stage);
      }
      if (t == SETTLED) {
        settled = residentMb();
      }
      if (t == SETTLED || t % Math.max(1, ticks / 10) == 0) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
            "tick %,11d  RSS %7.1f MB  %7.1f us/tick%n", t, residentMb(), seconds / t * 1e6);
      }
    }
    double grown = residentMb() - settled;
    System.out.printf(
        "%,d ticks (%.1f h of stream): RSS %+.1f MB since tick %,d%n",
        workload.ticks(), ticks / 36_000.0, grown, SETTLED);
    double all = 0;
    for (Session.Stage stage : Session.Stage.values()) {
      long[] took = Arrays.copyOf(stages[stage.ordinal()], (int) Math.min(ticks, LAST));
      Arrays.sort(took);
      double us = took[took.length / 2] / 1e3;
      all += us;
      System.out.printf("%-10s %8.1f us (median)%n", stage.name().toLowerCase(Locale.ROOT), us);
    }
    System.out.printf(
        "all stages %8.1f us a tick of 100 ms: %.0f x real time%n", all, TICK_US / all);
    System.exit(grown <= LIMIT_MB ? 0 : 1);
  }

  private static double residentMb() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("no VmRSS in /proc/self/status");
  }
}
