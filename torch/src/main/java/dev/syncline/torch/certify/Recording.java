package dev.syncline.torch.certify;

import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.step.Packet;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A stretch of a stream as its packets.
 *
 * @param packets in the order in which they come
 * @param ticks whole ticks that it lasts
 */
public record Recording(String name, List<Packet> packets, int ticks) {
  /** What may stand in the place of the future. */
  public enum Future {
    OTHER,
    NOT_A_NUMBER,
    MISSING,
    EXTREME
  }

  public Recording {
    packets = List.copyOf(packets);
  }

  /** Noise of the right form for every modality, with gaps. */
  public static Recording random(ModelSpec spec, int ticks, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Packet> packets = new ArrayList<>();
    long end = spec.tick().ns() * ticks;
    spec.modalities().forEach((name, m) -> fill(name, m, spec, end, random, packets));
    packets.sort(Comparator.comparingLong(Packet::captureNs));
    return new Recording("random " + seed, packets, ticks);
  }

  private static void fill(
      String name,
      Modality m,
      ModelSpec spec,
      long end,
      SplittableRandom random,
      List<Packet> packets) {
    switch (m.frontEnd()) {
      case FrontEnd.Audio a -> {
        int piece = Math.max(1, Math.min(spec.tick().rows(a.sourceHz()), a.sourceHz() / 10));
        long samples = Math.round(end / 1e9 * a.sourceHz());
        for (long at = 0; at < samples; at += piece) {
          int n = (int) Math.min(piece, samples - at);
          if (random.nextDouble() < 0.95) {
            packets.add(
                new Packet.Samples(name, Tick.startOf(at, a.sourceHz()), noise(n, 0.2, random)));
          }
        }
      }
      case FrontEnd.Image i -> {
        for (long k = 0; Tick.startOf(k, i.sourceHz()) < end; k++) {
          byte[] rgb = new byte[32 * 24 * 3];
          random.nextBytes(rgb);
          if (random.nextDouble() < 0.9) {
            packets.add(new Packet.Picture(name, Tick.startOf(k, i.sourceHz()), rgb, 32, 24));
          }
        }
      }
      case FrontEnd.Vector v -> {
        for (long k = 0; Tick.startOf(k, v.sourceHz()) < end; k++) {
          if (random.nextDouble() < 0.9) {
            float[] values = vector(spec, name, v.rows().channels(), Future.OTHER, random);
            packets.add(new Packet.Vector(name, Tick.startOf(k, v.sourceHz()), values));
          }
        }
      }
    }
  }

  private static float[] noise(int n, double scale, SplittableRandom random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** The same up to a capture time; whatever was captured from then on is replaced. */
  public Recording withFuture(long fromNs, Future future, ModelSpec spec, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Packet> changed = new ArrayList<>();
    for (Packet p : packets) {
      switch (p) {
        case Packet.Samples s -> {
          double rate =
              ((FrontEnd.Audio) spec.modalities().get(s.modality()).frontEnd()).sourceHz();
          int kept = Math.clamp(Tick.nearest(fromNs - s.captureNs(), rate), 0, s.values().length);
          if (kept > 0) {
            changed.add(
                new Packet.Samples(
                    s.modality(), s.captureNs(), java.util.Arrays.copyOf(s.values(), kept)));
          }
          int rest = s.values().length - kept;
          if (rest > 0 && future != Future.MISSING) {
            long at = kept == 0 ? s.captureNs() : s.captureNs() + Tick.startOf(kept, rate);
            changed.add(new Packet.Samples(s.modality(), at, values(rest, future, random)));
          }
        }
        case Packet.Picture c when c.captureNs() < fromNs -> changed.add(c);
        case Packet.Vector v when v.captureNs() < fromNs -> changed.add(v);
        case Packet.Picture c -> {
          if (future != Future.MISSING) {
            byte[] rgb = new byte[c.rgb().length];
            random.nextBytes(rgb);
            changed.add(
                new Packet.Picture(c.modality(), c.captureNs(), rgb, c.width(), c.height()));
          }
        }
        case Packet.Vector v -> {
          if (future != Future.MISSING) {
            changed.add(
                new Packet.Vector(
                    v.modality(),
                    v.captureNs(),
                    vector(spec, v.modality(), v.values().length, future, random)));
          }
        }
      }
    }
    return new Recording(name + ", " + future + " from " + fromNs, changed, ticks);
  }

  /** Whole numbers that are known where an embedding reads them, else noise. */
  private static float[] vector(
      ModelSpec spec, String name, int n, Future future, SplittableRandom random) {
    int ids = ids(spec, name);
    return ids > 0 && future != Future.NOT_A_NUMBER
        ? new float[] {random.nextInt(ids)}
        : values(n, future, random);
  }

  /** How many whole numbers an embedding knows that reads an input, 0 if none does. */
  static int ids(ModelSpec spec, String input) {
    for (Node node : spec.node().all()) {
      if (node.layer() instanceof Layer.Embedding e && node.in().containsKey(input)) {
        return e.count();
      }
    }
    return 0;
  }

  private static float[] values(int n, Future future, SplittableRandom random) {
    float[] values = noise(n, future == Future.EXTREME ? 1e6 : 0.5, random);
    if (future == Future.NOT_A_NUMBER) {
      java.util.Arrays.fill(values, Float.NaN);
    }
    return values;
  }

  /** The same sounds in other pieces. */
  public Recording recut(ModelSpec spec, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Packet> pieces = new ArrayList<>();
    for (Packet p : packets) {
      if (p instanceof Packet.Samples s && s.values().length > 1) {
        double rate = ((FrontEnd.Audio) spec.modalities().get(s.modality()).frontEnd()).sourceHz();
        int at = random.nextInt(1, s.values().length);
        pieces.add(
            new Packet.Samples(
                s.modality(), s.captureNs(), java.util.Arrays.copyOf(s.values(), at)));
        pieces.add(
            new Packet.Samples(
                s.modality(),
                s.captureNs() + Tick.startOf(at, rate),
                java.util.Arrays.copyOfRange(s.values(), at, s.values().length)));
      } else {
        pieces.add(p);
      }
    }
    return new Recording(name + ", cut anew", pieces, ticks);
  }

  /** How many packets each modality has. */
  public Map<String, Long> counts() {
    return packets.stream()
        .collect(
            java.util.stream.Collectors.groupingBy(
                Packet::modality, java.util.TreeMap::new, java.util.stream.Collectors.counting()));
  }
}
