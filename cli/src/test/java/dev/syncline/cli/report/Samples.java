package dev.syncline.cli.report;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Made-up but plausible values for reports: the same for the same seed. */
final class Samples {
  static final List<String> LABELS =
      List.of(
          "speech",
          "dog",
          "car",
          "church bell",
          "guitar",
          "chainsaw",
          "helicopter",
          "baby crying",
          "frying food",
          "violin");
  static final List<String> TRACKS = List.of("heard", "seen");
  private static final double TICK = .1;

  private final SplittableRandom random;

  Samples(long seed) {
    random = new SplittableRandom(seed);
  }

  DataReport data() {
    List<ClipEvents> clips = new ArrayList<>();
    List<Clip> shown = new ArrayList<>();
    for (int i = 0; i < 240; i++) {
      double duration = i % 17 == 0 ? 20 : 10;
      List<List<Mark>> events = events(duration);
      String id = "scene_%04d".formatted(i);
      clips.add(new ClipEvents(id, i < 180 ? "train" : i < 210 ? "val" : "test", duration, events));
      if (i % 40 == 0) {
        shown.add(clip(id, duration, events, false));
      }
    }
    return new DataReport(
        "Street corner, synthetic",
        List.of(new Fact("audio", "16 kHz mono"), new Fact("frames", "10 / s, 128×96")),
        LABELS,
        TRACKS,
        clips,
        shown);
  }

  EvalReport eval() {
    List<Clip> clips = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      double duration = i == 3 ? 20 : 10;
      clips.add(clip("scene_%04d".formatted(210 + i), duration, events(duration), true));
    }
    return new EvalReport(
        "street-gru",
        List.of(
            new Fact("data", "Street corner, test"),
            new Fact("clips", "30"),
            new Fact("seeds", "3"),
            new Fact("parameters", "412,118"),
            new Fact("state per stream", "38.2 KiB"),
            new Fact("receptive field", "unbounded (GRU)"),
            new Fact("look-ahead", "0 ticks, certified")),
        LABELS,
        TRACKS,
        systems(),
        scores(),
        Optional.of(classScores()),
        List.of(reliability("heard", .03), reliability("seen", .11)),
        Optional.of(latency()),
        .5,
        clips);
  }

  private static List<Scored> systems() {
    return List.of(
        new Scored("this model", Scored.Role.MODEL),
        new Scored("whole clips", Scored.Role.MODEL),
        new Scored("one long stream", Scored.Role.MODEL),
        new Scored("audio only", Scored.Role.BASELINE),
        new Scored("visual only", Scored.Role.BASELINE),
        new Scored("linear probe", Scored.Role.BASELINE),
        new Scored("offline, bidirectional", Scored.Role.PUBLISHED),
        new Scored("all positive", Scored.Role.FLOOR),
        new Scored("all negative", Scored.Role.FLOOR));
  }

  private static List<Score> scores() {
    double nan = Double.NaN;
    double[][] means = {
      {.792, .792, .788, .784, .412, .741, .806, .318, 0},
      {.765, .765, .761, .398, .759, .702, .780, .289, 0},
      {.758, .758, .752, .371, .366, .671, .771, .201, 0},
      {14.2, 14.2, 15.9, 17.1, 33.0, 22.5, nan, 3600, 0},
      {.41, .41, .43, .45, .88, .52, nan, 0, nan},
    };
    String[] names = {
      "Segment F1, heard",
      "Segment F1, seen",
      "Segment F1, both",
      "False alarms per hour",
      "Median time to detect, s"
    };
    List<Score> scores = new ArrayList<>();
    for (int m = 0; m < means.length; m++) {
      List<Score.Value> values = new ArrayList<>();
      for (int s = 0; s < means[m].length; s++) {
        double sd = m < 3 && s < 6 ? .001 * (1 + (m + s) % 5) : nan;
        values.add(new Score.Value(means[m][s], sd));
      }
      scores.add(new Score(names[m], m < 3 ? "micro average, threshold 0.5" : "", m < 3, values));
    }
    return scores;
  }

  private ClassScores classScores() {
    List<ClassScores.Row> rows = new ArrayList<>();
    for (int c = 0; c < LABELS.size(); c++) {
      double heard = .55 + .43 * random.nextDouble();
      double seen = .4 + .5 * random.nextDouble();
      rows.add(
          new ClassScores.Row(
              c,
              List.of(heard, c == 5 ? Double.NaN : seen, Math.min(heard, seen) * .95),
              List.of(20 + random.nextInt(80), c == 5 ? 0 : 10 + random.nextInt(50), 9)));
    }
    return new ClassScores("Segment F1", List.of("heard", "seen", "both"), rows);
  }

  private Reliability reliability(String track, double bend) {
    List<Reliability.Bin> bins = new ArrayList<>();
    for (int b = 0; b < 15; b++) {
      double score = (b + .5) / 15;
      double hit = score - bend * Math.sin(Math.PI * 2 * score) + .03 * random.nextDouble();
      long count = b == 0 ? 81_000 : b == 14 ? 9_000 : 200 + (long) (900 * random.nextDouble());
      bins.add(new Reliability.Bin(score, Math.clamp(hit, 0, 1), count));
    }
    return new Reliability(track, bins, bend * .61, .041 + bend / 5);
  }

  private static Latency latency() {
    return new Latency(
        100,
        List.of(
            new Latency.Stage("decode", 1.9, 4.1, 9.8),
            new Latency.Stage("front end", .62, 1.3, 2.9),
            new Latency.Stage("encoders", 14.8, 21.7, 38.2),
            new Latency.Stage("model", .21, .44, 1.7),
            new Latency.Stage("event decoder", .002, .006, .09)),
        new Latency.Stage("end to end", 17.6, 26.9, 48.8));
  }

  private List<List<Mark>> events(double duration) {
    List<Mark> heard = new ArrayList<>();
    List<Mark> seen = new ArrayList<>();
    int n = 2 + random.nextInt(3);
    for (int i = 0; i < n; i++) {
      int label = random.nextInt(random.nextInt(LABELS.size()) + 1);
      double start = Math.round(10 * random.nextDouble() * duration * .8) / 10.0;
      double length = .3 + Math.pow(random.nextDouble(), 3) * 7;
      double end = Math.round(10 * Math.min(duration, start + length)) / 10.0;
      int kind = random.nextInt(4);
      if (kind != 0) {
        heard.add(new Mark(label, start, end));
      }
      if (kind != 1) {
        seen.add(new Mark(label, Math.max(0, start - .4), Math.min(duration, end + 1.1)));
      }
    }
    return List.of(heard, seen);
  }

  private Clip clip(String id, double duration, List<List<Mark>> events, boolean predicted) {
    List<Track> tracks = new ArrayList<>();
    for (int m = 0; m < TRACKS.size(); m++) {
      List<Mark> truth = events.get(m);
      List<float[]> p = predicted ? probabilities(duration, truth) : List.of();
      tracks.add(new Track(TRACKS.get(m), truth, p, decisions(p)));
    }
    List<Still> stills = new ArrayList<>();
    for (double t = 0; t < duration; t += duration / 12) {
      if (t < 6.5 || t > 7) {
        stills.add(Still.of(t, scene(t, events.get(1)), 96));
      }
    }
    String note = predicted ? "" : "one of six, evenly spaced";
    return new Clip(
        id,
        note,
        duration,
        TICK,
        stills,
        Optional.of(new Spectrogram(0, duration, sound(duration, events.getFirst()))),
        tracks);
  }

  private static double active(List<Mark> truth, int label, double t) {
    return truth.stream().anyMatch(m -> m.label() == label && m.startS() <= t && t < m.endS())
        ? 1
        : 0;
  }

  /** A leaky follower of the truth with noise and one or two errors: it lags, as models do. */
  private List<float[]> probabilities(double duration, List<Mark> truth) {
    int ticks = (int) Math.round(duration / TICK);
    List<float[]> p = new ArrayList<>();
    double[] state = new double[LABELS.size()];
    double[] wander = new double[LABELS.size()];
    int mistake = random.nextInt(LABELS.size());
    for (int k = 0; k < ticks; k++) {
      float[] row = new float[LABELS.size()];
      for (int c = 0; c < row.length; c++) {
        double t = (k + .5) * TICK;
        double target = 6.5 * active(truth, c, t) - 3.4 + (c == mistake && t > 4 && t < 5 ? 4 : 0);
        state[c] += .45 * (target - state[c]) - (k == 0 ? 1.5 : 0);
        wander[c] = .9 * wander[c] + .45 * (random.nextDouble() - .5);
        row[c] = (float) (1 / (1 + Math.exp(-state[c] - 2.4 * wander[c])));
      }
      p.add(row);
    }
    return p;
  }

  private static List<Decision> decisions(List<float[]> p) {
    List<Decision> decisions = new ArrayList<>();
    for (int c = 0; c < LABELS.size(); c++) {
      int on = -1;
      for (int k = 0; k < p.size(); k++) {
        boolean high = p.get(k)[c] >= (on < 0 ? .5 : .35);
        if (high && on < 0) {
          on = k;
        } else if (!high && on >= 0) {
          decisions.add(decision(c, on, OptionalDouble.of(k * TICK)));
          on = -1;
        }
      }
      if (on >= 0) {
        decisions.add(decision(c, on, OptionalDouble.empty()));
      }
    }
    return decisions;
  }

  private static Decision decision(int label, int on, OptionalDouble off) {
    return new Decision(label, on * TICK, off, (on + 1) * TICK + .03, .8);
  }

  private List<float[]> sound(double duration, List<Mark> truth) {
    int bands = 64;
    List<float[]> rows = new ArrayList<>();
    for (int t = 0; t < duration * 100; t++) {
      float[] row = new float[bands];
      for (int b = 0; b < bands; b++) {
        row[b] = (float) (-9 - .03 * b + 1.5 * random.nextDouble());
        for (Mark m : truth) {
          double s = t / 100.0 - m.startS();
          if (s >= 0 && t / 100.0 < m.endS()) {
            double pitch = 6 + 2.6 * m.label() + 1.6 * Math.sin(s * (3 + m.label()));
            double beat = .55 + .45 * Math.cos(2 * Math.PI * s * (1 + m.label() % 4));
            double harmonic = Math.pow(Math.cos(Math.PI * b / pitch), 6);
            row[b] += (float) (7 * beat * harmonic * Math.exp(-b / 40.0));
          }
        }
      }
      rows.add(row);
    }
    return rows;
  }

  private static BufferedImage scene(double t, List<Mark> seen) {
    BufferedImage image = new BufferedImage(256, 192, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setPaint(new GradientPaint(0, 0, new Color(0x9fc3e0), 0, 130, new Color(0xe9e4d4)));
    g.fillRect(0, 0, 256, 130);
    g.setPaint(new GradientPaint(0, 120, new Color(0x7b8066), 0, 192, new Color(0x4e5a45)));
    g.fillRect(0, 118, 256, 80);
    g.setColor(new Color(0x6e7c8f));
    for (int i = 0; i < 6; i++) {
      g.fillRect(i * 46 - 8, 60 + i * 31 % 40, 34, 90 - i * 31 % 40);
    }
    for (Mark m : seen) {
      if (m.startS() <= t && t < m.endS()) {
        g.setColor(new Color(Colors.ofClass(m.label(), false)));
        int x = (int) (20 + 200 * ((t - m.startS()) / 8 + m.label() * .13) % 200);
        if (m.label() % 2 == 0) {
          g.fillOval(x, 110, 58, 52);
        } else {
          g.fillRoundRect(x, 116, 66, 44, 14, 14);
        }
      }
    }
    g.dispose();
    return image;
  }
}
