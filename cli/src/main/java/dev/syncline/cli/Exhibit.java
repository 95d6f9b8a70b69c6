package dev.syncline.cli;

import dev.syncline.cli.report.Mark;
import dev.syncline.cli.report.Spectrogram;
import dev.syncline.cli.report.Still;
import dev.syncline.cli.report.Track;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.FrameFiles;
import dev.syncline.data.Images;
import dev.syncline.data.ModalityInfo;
import dev.syncline.data.Rgb;
import dev.syncline.data.Wav;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.AudioRowsPlan;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A clip's files as a report shows them: a contact sheet, a spectrogram, the annotations. */
final class Exhibit {
  private static final int STILLS = 12;
  private static final int STILL_HEIGHT = 96;
  private static final int BANDS = 64;
  private static final int COLUMNS = 2000;

  private final Dataset data;
  private final Clip clip;

  Exhibit(Dataset data, Clip clip) {
    this.data = data;
    this.clip = clip;
  }

  /**
   * The clip with what is known of each of its modalities.
   *
   * @param note why it is shown
   * @param tickS seconds between probabilities, where there are any
   */
  dev.syncline.cli.report.Clip shown(String note, double tickS, List<Track> tracks) {
    return new dev.syncline.cli.report.Clip(
        clip.id(), note, clip.durationS(), tickS, stills(), spectrogram(), tracks);
  }

  /** The events of a modality; classes by their place in {@code labels}. */
  static List<Mark> marks(Clip clip, String modality, List<String> labels) {
    return clip.events(modality).stream()
        .map(e -> new Mark(labels.indexOf(e.label()), e.startS(), e.endS()))
        .toList();
  }

  private Optional<Map.Entry<String, ModalityInfo>> first(Class<? extends ModalityInfo> kind) {
    return data.modalities().entrySet().stream()
        .filter(e -> kind.isInstance(e.getValue()))
        .findFirst();
  }

  /** Frames of the first modality of pictures, evenly over the clip. */
  private List<Still> stills() {
    var images = first(ModalityInfo.Image.class);
    if (images.isEmpty()) {
      return List.of();
    }
    FrameFiles frames = data.frames(images.get().getKey(), clip.id());
    double rate = images.get().getValue().rateHz();
    BitSet present = frames.present();
    List<Still> stills = new ArrayList<>();
    for (int i = 0; i < STILLS; i++) {
      int wanted = (int) Math.ceil(clip.durationS() * rate * i / STILLS - 1e-9);
      int frame = present.nextSetBit(wanted);
      if (frame >= 0 && frame < clip.durationS() * rate * (i + 1) / STILLS - 1e-9) {
        stills.add(Still.of(frame / rate, picture(Images.read(frames.file(frame))), STILL_HEIGHT));
      }
    }
    return stills;
  }

  private static BufferedImage picture(Rgb rgb) {
    BufferedImage image = new BufferedImage(rgb.width(), rgb.height(), BufferedImage.TYPE_INT_RGB);
    byte[] bytes = rgb.rgb();
    for (int i = 0; i < rgb.width() * rgb.height(); i++) {
      int red = bytes[3 * i] & 0xff;
      int green = bytes[3 * i + 1] & 0xff;
      int blue = bytes[3 * i + 2] & 0xff;
      int colour = (red << 16) | (green << 8) | blue;
      image.setRGB(i % rgb.width(), i / rgb.width(), colour);
    }
    return image;
  }

  /** Log-mel rows of the first modality of sound. */
  private Optional<Spectrogram> spectrogram() {
    var sound = first(ModalityInfo.Audio.class);
    if (sound.isEmpty()) {
      return Optional.empty();
    }
    Path file = data.file(sound.get().getKey(), clip.id());
    try (Wav wav = Wav.open(file)) {
      int fft = Math.clamp(2L * Integer.highestOneBit(wav.rate() / 25), 64, 8192);
      LogMel mel = mel(wav.rate(), fft);
      long samples = Math.min(wav.frames(), (long) (clip.durationS() * wav.rate()));
      List<float[]> rows = rows(wav, mel, samples / mel.hop());
      double endS = samples / mel.hop() * mel.hop() / (double) wav.rate();
      return rows.isEmpty() ? Optional.empty() : Optional.of(new Spectrogram(0, endS, rows));
    }
  }

  /** Windows of about 30 ms, half of them overlapping; bands up to 8 kHz. */
  private static LogMel mel(int rate, int fft) {
    return LogMel.of(
        rate,
        fft / 2,
        fft / 4,
        fft,
        Math.min(BANDS, fft / 2),
        Math.min(50, rate / 100.0),
        Math.min(8000, rate / 2.0));
  }

  /** Rows of a long recording are joined, the loudest of each band kept, as they are read. */
  private static List<float[]> rows(Wav wav, LogMel mel, long count) {
    AudioRowsPlan plan = new AudioRows(mel, new Normalization.None()).plan();
    long joined = Math.max(1, count / COLUMNS);
    float[] state = new float[plan.stateSize()];
    float[] scratch = new float[plan.scratchSize()];
    float[] samples = new float[plan.hop()];
    float[] row = new float[plan.channels()];
    List<float[]> rows = new ArrayList<>();
    for (long r = 0; r < count; r++) {
      for (int n = 0; n < samples.length; ) {
        n += wav.readMono(samples, n, samples.length - n);
      }
      plan.row(samples, 0, true, row, 0, state, 0, scratch, 0);
      if (r % joined == 0) {
        rows.add(Arrays.copyOf(row, row.length));
      } else {
        float[] kept = rows.getLast();
        for (int band = 0; band < row.length; band++) {
          kept[band] = Math.max(kept[band], row[band]);
        }
      }
    }
    return rows;
  }
}
