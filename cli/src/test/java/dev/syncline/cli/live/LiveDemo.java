package dev.syncline.cli.live;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Plays a made-up stream for so many seconds at ten ticks a second, to look at. */
final class LiveDemo {
  private static final List<String> LABELS =
      List.of("speech", "dog", "car", "church bell", "guitar", "chainsaw", "helicopter", "violin");

  private LiveDemo() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> env = System.getenv();
    PrintStream screen =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    LiveOutput live =
        Timeline.of(
            screen,
            Terminal.of(env, Terminal.tty()),
            () -> Terminal.size(env, Terminal::stty),
            System::nanoTime,
            List.of("heard", "seen"),
            LABELS);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    live.close();
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }));
    play(live, Double.parseDouble(args[0]));
    live.close();
  }

  private static void play(LiveOutput live, double seconds) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    int n = LABELS.size();
    double[] state = new double[2 * n];
    double[] onset = new double[2 * n];
    boolean[] open = new boolean[2 * n];
    for (int k = 0; k < seconds * 10; k++) {
      double t = (k + 1) / 10.0;
      float[][] p = new float[2][n];
      for (int i = 0; i < 2 * n; i++) {
        int c = i % n;
        double target =
            Math.sin(t / (1.7 + c * .6) + c * 2 - (i < n ? 0 : .4)) > .72 - c * .03 ? 3 : -3.6;
        state[i] += .35 * (target - state[i]);
        float v = (float) (1 / (1 + Math.exp(-state[i] - random.nextDouble())));
        boolean hidden = i / n == 1 && t % 9 > 8;
        p[i / n][c] = hidden ? Float.NaN : v;
        boolean on = open[i] ? v > .35 : v > .5;
        if (on != open[i]) {
          onset[i] = on ? t - .1 : onset[i];
          OptionalDouble off = on ? OptionalDouble.empty() : OptionalDouble.of(t - .1);
          live.event(new Event(i / n, c, onset[i], off, t, v));
          open[i] = on;
        }
      }
      live.tick(new Tick(k, t, List.of(p[0], p[1]), new Status(1, .012, k / 90, k / 70)));
      Thread.sleep(100);
    }
  }
}
