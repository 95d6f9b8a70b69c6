package dev.syncline.cli.bench;

import com.sun.management.ThreadMXBean;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Modality;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.step.Session.Stage;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Ticks of one stream from samples, pictures and vectors to events; microseconds. Pictures come in
 * at twice the model's height and width.
 *
 * @param realTime how many times faster than the stream itself
 * @param stages medians of the parts
 * @param allocated bytes of Java heap a tick
 */
record PacketPath(
    double tickMs,
    long ticks,
    double p50,
    double p99,
    double realTime,
    Map<String, Double> stages,
    double allocated) {
  private static final Stage[] STAGES = Stage.values();
  private static final int KINDS = 16;
  private static final int STRETCHES = 20;
  private static final int QUIET = 3;
  private static final long MOST_NS = 600_000_000_000L;

  /** The packets of one modality. */
  private record Source(
      String modality, FrontEnd frontEnd, float[][] values, byte[][] pictures, double hz) {

    /**
     * @param labels whether single numbers may be labels: they are 0 then
     */
    static Source of(
        String modality,
        Modality sense,
        double tickSeconds,
        boolean labels,
        SplittableRandom random) {
      return switch (sense.frontEnd()) {
        case FrontEnd.Audio a -> {
          int samples = (int) Math.round(a.sourceHz() * tickSeconds);
          yield new Source(modality, a, normal(samples, 0.1f, random), null, 1 / tickSeconds);
        }
        case FrontEnd.Vector v -> {
          int channels = v.rows().channels();
          float scale = labels && channels == 1 ? 0 : 1;
          yield new Source(modality, v, normal(channels, scale, random), null, v.sourceHz());
        }
        case FrontEnd.Image i -> {
          byte[][] pictures = new byte[KINDS][12 * i.scale().height() * i.scale().width()];
          for (byte[] picture : pictures) {
            random.nextBytes(picture);
          }
          yield new Source(modality, i, null, pictures, i.sourceHz());
        }
      };
    }

    private static float[][] normal(int width, float scale, SplittableRandom random) {
      float[][] values = new float[KINDS][width];
      for (float[] row : values) {
        for (int j = 0; j < width; j++) {
          row[j] = scale * (float) random.nextGaussian();
        }
      }
      return values;
    }

    /** Pushes what is captured before a time; gives how many packets have been by then. */
    long push(Session session, long done, double untilSeconds) {
      long k = done;
      for (; k / hz < untilSeconds - 1e-9; k++) {
        long ns = Math.round(k / hz * 1e9);
        int kind = (int) (k % KINDS);
        if (frontEnd instanceof FrontEnd.Image i) {
          int width = 2 * i.scale().width();
          session.push(modality, ns, pictures[kind], width, 2 * i.scale().height());
        } else {
          session.push(modality, ns, values[kind], 0, values[kind].length);
        }
      }
      return k;
    }
  }

  /**
   * Ticks for some seconds, after three times as many in which front ends are compiled. A tick that
   * is not compiled yet allocates, and what is called once a tick is compiled late, so stretches
   * follow until {@link #QUIET} in a row are quiet, at most {@link #STRETCHES}.
   */
  static PacketPath of(Model model, double seconds) {
    double tick = model.spec().tick().seconds();
    boolean labels = Noise.mayBeLabels(model.spec().node());
    SplittableRandom random = new SplittableRandom(3);
    Source[] sources =
        model.spec().modalities().entrySet().stream()
            .map(e -> Source.of(e.getKey(), e.getValue(), tick, labels, random))
            .toArray(Source[]::new);
    try (Session session = model.open(Session.SILENT)) {
      Run run = new Run(session, sources, tick);
      run.go(3 * seconds);
      int quiet = 0;
      for (int i = 0; i < STRETCHES && quiet < QUIET; i++) {
        run.go(seconds);
        quiet = run.allocated > 0 ? 0 : quiet + 1;
      }
      run.clear();
      run.go(seconds);
      return run.result();
    }
  }

  /** A stream on its way. */
  private static final class Run {
    private final Session session;
    private final Source[] sources;
    private final double tick;
    private final long[] pushed;
    private final Histogram whole = new Histogram(1, MOST_NS, 3);
    private final Histogram[] stages = new Histogram[STAGES.length];
    private long ticks;
    private long allocated;

    Run(Session session, Source[] sources, double tick) {
      this.session = session;
      this.sources = sources;
      this.tick = tick;
      pushed = new long[sources.length];
      for (int i = 0; i < stages.length; i++) {
        stages[i] = new Histogram(1, MOST_NS, 3);
      }
    }

    void clear() {
      whole.reset();
      for (Histogram stage : stages) {
        stage.reset();
      }
    }

    void go(double seconds) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long from = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      long end = start;
      while (whole.getTotalCount() < 10 || end - start < seconds * 1e9) {
        long begin = System.nanoTime();
        ticks++;
        for (int i = 0; i < sources.length; i++) {
          pushed[i] = sources[i].push(session, pushed[i], ticks * tick);
        }
        boolean done = session.advance();
        end = System.nanoTime();
        if (done) {
          whole.recordValue(end - begin);
          for (int i = 0; i < stages.length; i++) {
            stages[i].recordValue(Math.max(0, session.stageNs(STAGES[i])));
          }
        }
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - from;
    }

    PacketPath result() {
      Map<String, Double> medians = new LinkedHashMap<>();
      for (Stage stage : STAGES) {
        String name = stage.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        medians.put(name, stages[stage.ordinal()].getValueAtPercentile(50) / 1e3);
      }
      double p50 = whole.getValueAtPercentile(50) / 1e3;
      return new PacketPath(
          1e3 * tick,
          whole.getTotalCount(),
          p50,
          whole.getValueAtPercentile(99) / 1e3,
          tick * 1e6 / p50,
          medians,
          allocated / (double) whole.getTotalCount());
    }
  }
}
