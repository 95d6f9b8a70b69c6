import dev.syncline.data.*;
import dev.syncline.step.*;
import dev.syncline.time.Tick;
import java.nio.file.Path;

/** Prints the events of a WAV file and its frames: MODEL_FOLDER WAV FRAMES_FOLDER FPS. */
record StreamModel(Model model) implements Session.Sink {
  public static void main(String[] args) {
    Model model = Model.load(Path.of(args[0]));
    Tick tick = model.spec().tick();
    FrameFiles frames = new FrameFiles(Path.of(args[2]), "", 5, ".png");
    double fps = Double.parseDouble(args[3]);
    try (Wav wav = Wav.open(Path.of(args[1]));
        Session session = model.open(new StreamModel(model))) {
      float[] samples = new float[tick.rows(wav.rate())];
      for (int t = 0, frame = 0, n; (n = wav.readMono(samples, 0, samples.length)) > 0; t++) {
        for (; Tick.startOf(frame, fps) < tick.end(t) && frames.present().get(frame); frame++) {
          Rgb p = Images.read(frames.file(frame));
          session.push("visual", Tick.startOf(frame, fps), p.rgb(), p.width(), p.height());
        }
        session.push("audio", t * tick.ns(), samples, 0, n);
        while (session.advance()) {}
      }
      session.end(Math.round(wav.durationS() * Tick.SECOND));
      while (session.advance()) {}
      session.finish();
    }
  }
  public void opened(String output, int label, long onset, long told, float probability) {
    print(output, label, onset, "on");
  }
  public void closed(String output, int label, long onset, long offset, long told) {
    print(output, label, offset, "off");
  }
  private void print(String output, int label, long t, String what) {
    String name = model.spec().outputs().get(output).labels().get(label);
    System.out.printf("%6.1f s  %s %s %s%n", t * model.spec().tick().seconds(), output, name, what);
  }
}
