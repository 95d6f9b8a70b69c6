package dev.syncline.data.synth;

/** The sounds. Pitch and beat of a voice are drawn from the ranges given here, in Hz. */
enum Timbre {
  // own sounds
  RING(700, 1300, 1.3, 2.2),
  THUMP(70, 120, 2.5, 4.5),
  BUZZ(320, 480, 5, 8),
  RUMBLE(35, 55, 8, 12),
  WAIL(450, 700, 0.6, 1),
  CHIRP(3000, 4500, 6, 9),
  // sounds that two kinds share
  KNOCK(450, 900, 2.5, 4),
  HUM(110, 170, 3, 5),
  WHISTLE(1000, 1700, 2, 3),
  // the sound of nothing in particular
  RUSTLE(500, 3000, 3, 9);

  final double lowPitchHz;
  final double highPitchHz;
  final double lowBeatHz;
  final double highBeatHz;

  Timbre(double lowPitchHz, double highPitchHz, double lowBeatHz, double highBeatHz) {
    this.lowPitchHz = lowPitchHz;
    this.highPitchHz = highPitchHz;
    this.lowBeatHz = lowBeatHz;
    this.highBeatHz = highBeatHz;
  }

  private static final double[] BELL_PARTIALS = {1, 2, 2.76, 5.4};
  private static final double[] WOOD_PARTIALS = {1, 1.5};
  private static final double[] SKIN_PARTIALS = {1, 1.6};

  /** The raw sound of {@code n} samples, at any level. */
  double[] samples(double pitchHz, double beatHz, long seed, int n, double rate) {
    Synth s = new Synth(pitchHz, beatHz, new Dice(seed), n, rate);
    switch (this) {
      case RING -> s.struck(BELL_PARTIALS, 0.45, 0);
      case THUMP -> s.struck(SKIN_PARTIALS, 0.09, 0.15);
      case KNOCK -> s.struck(WOOD_PARTIALS, 0.06, 0);
      case BUZZ -> s.held(9, 2, 0.6, 0);
      case RUMBLE -> s.held(14, 1, 1, 0.6);
      case HUM -> s.held(10, 1, 1, 0);
      case WAIL -> s.swept(1.9, 3, 1);
      case CHIRP -> s.swept(0.75, 1, 0.5);
      case WHISTLE -> s.swept(1.6, 1, 0.85);
      case RUSTLE -> s.rustled();
    }
    return s.out;
  }

  /** One voice being made. */
  private static final class Synth {
    final double[] out;
    private final double pitch;
    private final double beat;
    private final Dice dice;
    private final double rate;

    Synth(double pitchHz, double beatHz, Dice dice, int n, double rate) {
      this.out = new double[n];
      this.pitch = pitchHz;
      this.beat = beatHz;
      this.dice = dice;
      this.rate = rate;
    }

    /** Partials that are struck anew at each beat and die away in {@code decayS}. */
    void struck(double[] partials, double decayS, double noise) {
      double keep = StrictMath.exp(-1 / (decayS * rate));
      double level = 0;
      double since = 0;
      for (int i = 0; i < out.length; i++) {
        if (i == 0 || Tables.fraction(beat * i / rate) < Tables.fraction(beat * (i - 1) / rate)) {
          level = 1;
          since = 0;
        }
        double sum = noise > 0 ? noise * dice.from(-1, 1) : 0;
        for (int p = 0; p < partials.length; p++) {
          sum += Tables.sine(pitch * partials[p] * since / rate) / (1 + p);
        }
        out[i] = level * sum;
        level *= keep;
        since++;
      }
    }

    /** Harmonics 1, 1 + step, ... up to {@code last}, on for a share of each beat. */
    void held(int last, int step, double duty, double noise) {
      double low = 0;
      for (int i = 0; i < out.length; i++) {
        double at = Tables.fraction(beat * i / rate);
        double swell = 1 + 0.25 * Tables.sine(beat * i / rate);
        double sum = 0;
        for (int h = 1; h <= last; h += step) {
          sum += Tables.sine(h * pitch * i / rate) / h;
        }
        if (noise > 0) {
          low += 0.1 * (dice.from(-1, 1) - low);
          sum += noise * 4 * low;
        }
        out[i] = sum * swell * edge(at, duty);
      }
    }

    /** A tone that glides to {@code ratio} times its pitch and back within each beat. */
    void swept(double ratio, int harmonics, double duty) {
      double phase = 0;
      for (int i = 0; i < out.length; i++) {
        double at = Tables.fraction(beat * i / rate);
        double up = 1 - Math.abs(2 * at / duty - 1);
        phase += pitch * (1 + (ratio - 1) * Math.max(0, up)) / rate;
        double sum = 0;
        for (int h = 1; h <= harmonics; h++) {
          sum += Tables.sine(h * phase) / h;
        }
        out[i] = sum * edge(at, duty);
      }
    }

    void rustled() {
      double low = 0;
      double k = Math.min(1, 2 * pitch / rate);
      for (int i = 0; i < out.length; i++) {
        low += k * (dice.from(-1, 1) - low);
        double swell = 0.5 + 0.5 * Tables.sine(beat * i / rate);
        out[i] = low * swell;
      }
    }

    /** 1 within the first {@code duty} of a beat and 0 after it, with soft edges. */
    private static double edge(double at, double duty) {
      if (duty >= 1) {
        return 1;
      }
      double soft = 0.08;
      return Math.clamp(Math.min(at, duty - at) / soft, 0, 1);
    }
  }
}
