package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.media.AudioBlock;
import dev.syncline.media.Ffmpeg;
import dev.syncline.media.FfmpegAudio;
import dev.syncline.media.FfmpegVideo;
import dev.syncline.media.MediaLimits;
import dev.syncline.media.Probe;
import dev.syncline.media.VideoFrame;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where the packets of a stream come from, in the order in which they are complete. */
sealed interface PacketSource extends AutoCloseable {
  /**
   * When the next packet is complete, in nanoseconds of capture time; the largest long at the end.
   */
  long nextDoneNs();

  /** The next packet, or null at the end. */
  Packet next();

  /** The capture time at which the stream ends, known once the packets have ended. */
  long endNs();

  @Override
  void close();

  /** The first modality of a session whose front end is of a kind. */
  static Optional<String> first(Session session, Class<?> kind) {
    return session.modalities().stream()
        .filter(m -> kind.isInstance(session.model().spec().modalities().get(m).frontEnd()))
        .findFirst();
  }

  /** Refuses what a session waits for and a source does not have. */
  static void requireAll(Session session, Set<String> there) {
    for (String name : session.modalities()) {
      if (!there.contains(name)) {
        throw new InputException(
            "the model also takes " + name + ": name its files, or go on --without " + name);
      }
    }
  }

  /** Clips of a data set, one behind the other. */
  final class Clips implements PacketSource {
    private final Dataset data;
    private final Iterator<Clip> clips;
    private final Session session;
    private ClipPackets packets;
    private long offsetNs;
    private long clipNs;

    Clips(Dataset data, List<Clip> clips, Session session) {
      this.data = data;
      this.clips = clips.iterator();
      this.session = session;
      open();
    }

    private void open() {
      Clip clip = clips.next();
      ModelSpec spec = session.model().spec();
      packets = new ClipPackets(data, clip, session, offsetNs);
      clipNs = spec.tick().ns() * ClipPackets.ticks(clip, spec.tick());
    }

    private void skip() {
      while (packets.nextDoneNs() == Long.MAX_VALUE && clips.hasNext()) {
        offsetNs += clipNs;
        open();
      }
    }

    @Override
    public long nextDoneNs() {
      skip();
      return packets.nextDoneNs();
    }

    @Override
    public Packet next() {
      skip();
      return packets.next();
    }

    @Override
    public long endNs() {
      return offsetNs + clipNs;
    }

    @Override
    public void close() {}
  }

  /** A file through ffmpeg: its sound and its pictures as far as the model takes them. */
  final class Container implements PacketSource {
    private static final double BLOCK_S = 0.1;
    private static final long ROUNDING_NS = 1_000_000;

    private final FfmpegAudio audio;
    private final FfmpegVideo video;
    private final String audioName;
    private final String videoName;
    private final int rate;
    private final AudioBlock block;
    private final VideoFrame frame;
    private Packet nextSound;
    private Packet nextPicture;
    private final long tickNs;
    private long startNs = -1;
    private long soundEndNs;
    private long pictureNs = -1;
    private long pictureGapNs;

    Container(Path file, Session session) {
      if (!Files.exists(file)) {
        throw new InputException(file + ": no such file");
      }
      ModelSpec spec = session.model().spec();
      audioName = first(session, FrontEnd.Audio.class).orElse(null);
      videoName = first(session, FrontEnd.Image.class).orElse(null);
      Probe probe = Probe.of(Ffmpeg.ON_PATH, file, MediaLimits.DEFAULT);
      boolean hears = audioName != null && probe.audio().isPresent();
      boolean sees = videoName != null && probe.video().isPresent();
      if (!hears && !sees) {
        throw new InputException(file + ": has neither sound nor pictures that the model takes");
      }
      Set<String> there = new HashSet<>();
      if (hears) {
        there.add(audioName);
      }
      if (sees) {
        there.add(videoName);
      }
      requireAll(session, there);
      tickNs = spec.tick().ns();
      rate = hears ? ((FrontEnd.Audio) spec.modalities().get(audioName).frontEnd()).sourceHz() : 1;
      audio = hears ? FfmpegAudio.open(Ffmpeg.ON_PATH, file, MediaLimits.DEFAULT, rate) : null;
      video = sees ? FfmpegVideo.open(Ffmpeg.ON_PATH, file, MediaLimits.DEFAULT) : null;
      block = new AudioBlock((int) Math.max(1, rate * Math.min(BLOCK_S, spec.tick().seconds())));
      frame = sees ? video.frame() : null;
      readSound();
      readPicture();
      startNs = Math.min(time(nextSound), time(nextPicture));
    }

    private static long time(Packet p) {
      return p == null ? Long.MAX_VALUE : p.captureNs();
    }

    private void readSound() {
      nextSound = null;
      if (audio != null && audio.next(block)) {
        nextSound =
            new Packet.Samples(
                audioName, block.timeNanos(), Arrays.copyOf(block.samples(), block.count()));
        soundEndNs = block.timeNanos() + Math.round(block.count() * 1e9 / rate);
      }
    }

    private void readPicture() {
      nextPicture = null;
      if (video != null && video.next(frame)) {
        nextPicture =
            new Packet.Picture(
                videoName, frame.timeNanos(), frame.rgb().clone(), frame.width(), frame.height());
        pictureGapNs = pictureNs < 0 ? tickNs : frame.timeNanos() - pictureNs;
        pictureNs = frame.timeNanos();
      }
    }

    private boolean soundFirst() {
      return doneNs(nextSound) <= doneNs(nextPicture);
    }

    private long doneNs(Packet p) {
      return switch (p) {
        case null -> Long.MAX_VALUE;
        case Packet.Samples s -> s.captureNs() + Math.round(s.values().length * 1e9 / rate);
        case Packet other -> other.captureNs();
      };
    }

    @Override
    public long nextDoneNs() {
      long done = Math.min(doneNs(nextSound), doneNs(nextPicture));
      return done == Long.MAX_VALUE ? done : done - startNs;
    }

    @Override
    public Packet next() {
      Packet p = soundFirst() ? nextSound : nextPicture;
      if (p == null) {
        return null;
      } else if (p == nextSound) {
        readSound();
      } else {
        readPicture();
      }
      long at = p.captureNs() - startNs;
      return switch (p) {
        case Packet.Samples s -> new Packet.Samples(s.modality(), at, s.values());
        case Packet.Picture c ->
            new Packet.Picture(c.modality(), at, c.rgb(), c.width(), c.height());
        case Packet.Vector v -> v;
      };
    }

    /** The last picture lasts as long as the one before it did, up to a rounded time stamp. */
    @Override
    public long endNs() {
      long pictures = pictureNs < 0 ? 0 : pictureNs + pictureGapNs - startNs;
      long missing = tickNs - pictures % tickNs;
      pictures += missing <= ROUNDING_NS ? missing : 0;
      return Math.max(soundEndNs - startNs, pictures);
    }

    @Override
    public void close() {
      if (audio != null) {
        audio.close();
      }
      if (video != null) {
        video.close();
      }
    }
  }
}
