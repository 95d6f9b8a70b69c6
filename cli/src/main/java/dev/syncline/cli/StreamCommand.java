package dev.syncline.cli;

import dev.syncline.cli.live.JsonLines;
import dev.syncline.cli.live.LiveOutput;
import dev.syncline.cli.live.Terminal;
import dev.syncline.cli.live.Timeline;
import dev.syncline.cli.live.WebVtt;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.FrameFiles;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.spec.Output;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a model on a live stream. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = "Stream a clip or a file through a model and say what is heard and seen now.")
final class StreamCommand implements Callable<Integer> {
  enum Format {
    timeline,
    jsonl,
    vtt
  }

  @Parameters(index = "0", paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "a WAV file, or any other that ffmpeg reads")
  private Path file;

  @Option(
      names = "--frames",
      paramLabel = "PATTERN",
      description = "numbered pictures, such as frames/%%05d.jpg, alone or beside a WAV file")
  private Path frames;

  /** As much as compiles the code of most models; whichever is reached first. */
  private static final int WARM_TICKS = 3000;

  private static final long WARM_NS = 2_000_000_000;

  @Option(names = "--fps", paramLabel = "N", description = "pictures a second of --frames")
  private Double fps;

  @Option(names = "--data", paramLabel = "DIR", description = "data set folder, in place of files")
  private Path data;

  @Option(
      names = "--clip",
      split = ",",
      paramLabel = "ID",
      description = "clips to stream, one behind the other without a reset")
  private List<String> clips = List.of();

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "all clips of a split, one behind the other without a reset")
  private String split;

  @Option(
      names = "--speed",
      defaultValue = "real",
      paramLabel = "X",
      description = "real, max, or a factor such as 4 (default ${DEFAULT-VALUE})")
  private String speed;

  @Mixin private WithoutOption without;
  @Mixin private PrecisionOption precision;
  @Mixin private BackendOption backend;

  @Option(
      names = "--format",
      defaultValue = "timeline",
      description =
          "${COMPLETION-CANDIDATES}: a timeline on a terminal, or lines where there is none; JSON Lines; WebVTT (default ${DEFAULT-VALUE})")
  private Format format;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "write there; an existing file is not overwritten")
  private Path out;

  @Option(names = "--stats", description = "end with what each stage of a tick took")
  private boolean stats;

  @Option(names = "--json", description = "the statistics as one JSON object on standard error")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    double factor = factor();
    if ((file == null && frames == null) == (data == null)) {
      throw usage("name either files or a data set by --data");
    }
    checkFrames();
    Model model = backend.load(folder, precision.precision(), spec.commandLine().getErr());
    try (LiveRun run = new LiveRun(model, without.left(model), factor, System::nanoTime)) {
      Optional<String> warm = stream(run, model, Double.isFinite(factor));
      warm.ifPresent(spec.commandLine().getErr()::println);
      report(run, model);
    }
    return 0;
  }

  /** Streams, and says what it took to warm up. */
  private Optional<String> stream(LiveRun run, Model model, boolean warm) throws IOException {
    try (PacketSource source = source(run);
        Writer to = writer(run);
        LiveOutput output = output(run, to, model)) {
      Optional<String> said = warm ? Optional.of(warmUp(run.session())) : Optional.empty();
      run.runGuarded(source, output);
      return said;
    }
  }

  /** So that the first ticks are as quick as all others: at a finite speed somebody waits. */
  private static String warmUp(Session session) {
    long begin = System.nanoTime();
    int ticks = session.warmUp(WARM_TICKS, WARM_NS);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return String.format(Locale.ROOT, "warmed up in %.1f s (%d ticks)", seconds, ticks);
  }

  private double rate() {
    return fps == null ? 1 : fps;
  }

  private void checkFrames() {
    if ((frames == null) != (fps == null)) {
      throw usage("--frames and --fps go together");
    } else if (frames != null && !FrameFiles.isNumbered(frames.toString())) {
      throw usage("--frames must have a number in its name, such as %05d.jpg, is " + frames);
    } else if (fps != null && !(fps > 0 && fps <= 1000)) {
      throw usage("--fps must be above 0 and at most 1000, is " + fps);
    } else if (frames != null && file != null && !LooseFiles.isWav(file)) {
      throw usage("--frames stand beside a WAV file, not " + file);
    }
  }

  private double factor() {
    double factor =
        switch (speed) {
          case "real" -> 1;
          case "max" -> Double.POSITIVE_INFINITY;
          default -> {
            try {
              yield Double.parseDouble(speed);
            } catch (NumberFormatException e) {
              throw usage("--speed must be real, max or a number, is " + speed);
            }
          }
        };
    if (!(factor > 0)) {
      throw usage("--speed must be above 0, is " + speed);
    }
    return factor;
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private PacketSource source(LiveRun run) {
    if (frames != null || (file != null && LooseFiles.suits(file, run.session()))) {
      return new LooseFiles(Optional.ofNullable(file), Optional.ofNullable(frames), rate())
          .source(run.session());
    } else if (file != null) {
      return new PacketSource.Container(file, run.session());
    }
    Dataset dataset = Dataset.open(data);
    List<String> ids = clips;
    if (ids.isEmpty()) {
      if (split == null) {
        throw usage("name clips by --clip or a split by --split");
      }
      ids = dataset.clips(split);
    }
    for (String id : ids) {
      if (!dataset.clips().contains(id)) {
        throw new InputException(
            data + ": no clip \"" + id + "\"" + Field.hint(id, dataset.clips()));
      }
    }
    List<Clip> list = ids.stream().map(dataset::clip).toList();
    return new PacketSource.Clips(dataset, list, run.session());
  }

  private Writer writer(LiveRun run) throws IOException {
    if (out == null) {
      PrintWriter stdout = spec.commandLine().getOut();
      return new FilterWriter(stdout) {
        /** Nobody reads any more, as behind {@code | head}: the stream ends. */
        @Override
        public void flush() {
          if (stdout.checkError()) {
            run.stop();
          }
        }

        /** Standard output stays open. */
        @Override
        public void close() {
          flush();
        }
      };
    }
    try {
      return Files.newBufferedWriter(out, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw new InputException(out + ": is there already: remove it or choose another --out", e);
    }
  }

  private LiveOutput output(LiveRun run, Writer to, Model model) throws IOException {
    return switch (format) {
      case jsonl -> new JsonLines(to, run.tracks(), run.labels(), true);
      case vtt -> {
        int hold = 0;
        for (Output o : model.spec().outputs().values()) {
          hold =
              Math.max(
                  hold,
                  o.decoding().minTicks() + o.decoding().holdTicks() + model.spec().delay() + 1);
        }
        yield new WebVtt(to, run.tracks(), run.labels(), hold * model.spec().tick().seconds());
      }
      case timeline -> {
        Map<String, String> env = System.getenv();
        Terminal terminal = Terminal.of(env, out == null && Terminal.tty());
        yield Timeline.of(
            to,
            terminal,
            () -> Terminal.size(env, Terminal::stty),
            System::nanoTime,
            run.tracks(),
            run.labels());
      }
    };
  }

  private void report(LiveRun run, Model model) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(run.summary());
    double tickMs = model.spec().tickMs();
    if (json) {
      Map<String, Object> keys = new LinkedHashMap<>();
      run.latency()
          .forEach(
              (stage, ms) -> {
                keys.put("latency." + stage + "_ms.p50", ms[0]);
                keys.put("latency." + stage + "_ms.p99", ms[1]);
                keys.put("latency." + stage + "_ms.max", ms[2]);
                keys.put("latency." + stage + ".share", ms[0] / tickMs);
              });
      err.println(Json.of(keys).pretty().strip());
    } else if (stats) {
      err.println("stage        p50 ms    p99 ms    max ms   share of real time");
      run.latency()
          .forEach(
              (stage, ms) ->
                  err.println(
                      "%-10s %8.3f  %8.3f  %8.3f   %.3f %%"
                          .formatted(
                              stage.replace('_', ' '), ms[0], ms[1], ms[2], 100 * ms[0] / tickMs)));
    }
  }
}
