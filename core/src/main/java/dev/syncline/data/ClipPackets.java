package dev.syncline.data;

import dev.syncline.json.InputException;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import dev.syncline.time.Tick;
import dev.syncline.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;

/**
 * A clip's files as the packets that a live source would have sent, in the order in which they
 * would have been there: samples in pieces of at most 100 ms, every picture, every vector.
 */
public final class ClipPackets {
  private static final double PIECE_S = 0.1;

  /** Something done to the samples of a modality before they are cut into packets. */
  public interface Samples {
    float[] apply(String modality, float[] samples);
  }

  /** One modality: packets by number, and the capture time at which each is complete. */
  private record Lane(int count, IntFunction<Packet> packet, IntToLongFunction doneNs) {}

  private final Dataset data;
  private final Clip clip;
  private final long offsetNs;
  private final double pieceS;
  private final List<Lane> lanes = new ArrayList<>();
  private final int[] next;

  /**
   * @param modalities those of the model that are wanted
   * @param offsetNs capture time at which the clip begins
   */
  public ClipPackets(
      Dataset data,
      Clip clip,
      ModelSpec spec,
      Set<String> modalities,
      long offsetNs,
      Samples changes) {
    this.data = data;
    this.clip = clip;
    this.offsetNs = offsetNs;
    pieceS = Math.min(PIECE_S, spec.tick().seconds());
    for (String name : modalities) {
      lanes.add(lane(name, spec.modalities().get(name).frontEnd(), changes));
    }
    next = new int[lanes.size()];
  }

  /** The packets that a session takes, as they are. */
  public ClipPackets(Dataset data, Clip clip, Session session, long offsetNs) {
    this(
        data,
        clip,
        session.model().spec(),
        session.modalities(),
        offsetNs,
        (modality, samples) -> samples);
  }

  /** Whole ticks in a clip. */
  public static int ticks(Clip clip, Tick tick) {
    int ticks = (int) Math.floor(clip.durationS() * 1e9 / tick.ns() + 1e-6);
    if (ticks < 1) {
      throw new InputException(
          "clip %s: its %.3f s are shorter than one tick of %.3f s"
              .formatted(clip.id(), clip.durationS(), tick.seconds()));
    }
    return ticks;
  }

  /** The next packet, or null after the last. */
  public Packet next() {
    int first = first();
    return first < 0 ? null : lanes.get(first).packet.apply(next[first]++);
  }

  /** When the next packet is complete; {@link Long#MAX_VALUE} after the last. */
  public long nextDoneNs() {
    int first = first();
    return first < 0 ? Long.MAX_VALUE : lanes.get(first).doneNs.applyAsLong(next[first]);
  }

  private int first() {
    int first = -1;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < next.length; i++) {
      if (next[i] < lanes.get(i).count && lanes.get(i).doneNs.applyAsLong(next[i]) < least) {
        least = lanes.get(i).doneNs.applyAsLong(next[i]);
        first = i;
      }
    }
    return first;
  }

  private Lane lane(String name, FrontEnd frontEnd, Samples changes) {
    return switch (data.modality(name)) {
      case ModalityInfo.Audio a when frontEnd instanceof FrontEnd.Audio f ->
          samples(name, a, f, changes);
      case ModalityInfo.Image i when frontEnd instanceof FrontEnd.Image -> pictures(name, i);
      case ModalityInfo.Sensor s when frontEnd instanceof FrontEnd.Vector v -> {
        SensorFile file = SensorFile.read(data, s, clip.id());
        yield vectors(name, file.values(), width(name, v, file.channels()), s.rateHz());
      }
      case ModalityInfo.Features f when frontEnd instanceof FrontEnd.Vector v -> {
        String key = f.key().replace("<id>", clip.id());
        try (Safetensors tensors = Safetensors.open(data.file(name, clip.id()))) {
          yield vectors(name, tensors.floats(key), width(name, v, f.width()), f.rateHz());
        }
      }
      default ->
          throw new InputException(
              data.dir()
                  + ": modality "
                  + name
                  + " is not of the kind that the model's front end takes");
    };
  }

  private Lane samples(String name, ModalityInfo.Audio info, FrontEnd.Audio f, Samples changes) {
    float[] all = changes.apply(name, read(data.file(name, clip.id()), info, f.sourceHz()));
    int rate = f.sourceHz();
    int piece = (int) Math.max(1, pieceS * rate);
    return new Lane(
        (all.length + piece - 1) / piece,
        i ->
            new Packet.Samples(
                name,
                offsetNs + Tick.startOf((long) i * piece, rate),
                Arrays.copyOfRange(all, i * piece, Math.min(all.length, (i + 1) * piece))),
        i -> offsetNs + Tick.startOf(Math.min(all.length, (i + 1L) * piece), rate));
  }

  private float[] read(Path path, ModalityInfo.Audio info, int rate) {
    try (Wav wav = Wav.open(path)) {
      if (wav.rate() != info.rateHz() || wav.rate() != rate) {
        throw new InputException(
            "%s: has %d samples a second, dataset.json says %.0f and the model takes %d: resample the file, or train with its rate"
                .formatted(path, wav.rate(), info.rateHz(), rate));
      }
      long wanted = (long) Math.ceil(clip.durationS() * rate);
      float[] samples = new float[Math.toIntExact(Math.min(wav.frames(), wanted))];
      wav.readMono(samples, 0, samples.length);
      return samples;
    }
  }

  private Lane pictures(String name, ModalityInfo.Image info) {
    FrameFiles frames = data.frames(name, clip.id());
    int[] numbers =
        frames.present().stream().filter(k -> k / info.rateHz() < clip.durationS()).toArray();
    if (numbers.length == 0) {
      throw new InputException(frames.folder() + ": no frames");
    }
    return new Lane(
        numbers.length,
        i -> {
          Rgb picture = Images.read(frames.file(numbers[i]));
          long at = offsetNs + Tick.startOf(numbers[i], info.rateHz());
          return new Packet.Picture(name, at, picture.rgb(), picture.width(), picture.height());
        },
        i -> offsetNs + Tick.startOf(numbers[i], info.rateHz()));
  }

  private Lane vectors(String name, float[] values, int width, double rateHz) {
    return new Lane(
        values.length / width,
        i ->
            new Packet.Vector(
                name,
                offsetNs + Tick.startOf(i, rateHz),
                Arrays.copyOfRange(values, i * width, (i + 1) * width)),
        i -> offsetNs + Tick.startOf(i, rateHz));
  }

  private static int width(String name, FrontEnd.Vector v, int width) {
    if (v.rows().channels() != width) {
      throw new InputException(
          "modality %s has %d channels, the model takes %d"
              .formatted(name, width, v.rows().channels()));
    }
    return width;
  }
}
