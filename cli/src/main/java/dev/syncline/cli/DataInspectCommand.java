package dev.syncline.cli;

import dev.syncline.cli.report.ClipEvents;
import dev.syncline.cli.report.DataReport;
import dev.syncline.cli.report.Fact;
import dev.syncline.cli.report.Track;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.ModalityInfo;
import dev.syncline.json.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code data inspect}: a page about what is in a data set. */
@Command(
    name = "inspect",
    description = "Writes a page about a data set: counts, and some clips in full.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DataInspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The data set folder.")
  private Path dir;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The page to write (default: the folder's name with .html, here).")
  private Path out;

  @Option(
      names = "--clips",
      defaultValue = "4",
      paramLabel = "N",
      description = "Clips to show in full, taken evenly from all.")
  private int shown;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (shown < 0) {
      throw new ParameterException(spec.commandLine(), "--clips must not be negative, is " + shown);
    }
    Dataset data = Dataset.open(dir);
    List<Clip> clips = data.clips().stream().map(data::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(dir + ": its splits have no clips");
    }
    DataReport report = report(data, clips);
    Path page =
        out != null
            ? out
            : Path.of(data.dir().toAbsolutePath().normalize().getFileName() + ".html");
    report.write(page);
    PrintWriter console = spec.commandLine().getOut();
    console.println(page);
    for (Fact fact : report.allFacts()) {
      console.println("  %-14s %s".formatted(fact.name(), fact.value()));
    }
    console.flush();
    return 0;
  }

  private DataReport report(Dataset data, List<Clip> clips) {
    List<String> tracks = tracks(data, clips);
    Map<String, String> home = new LinkedHashMap<>();
    data.splits().forEach((split, ids) -> ids.forEach(id -> home.put(id, split)));
    List<ClipEvents> all =
        clips.stream()
            .map(
                clip ->
                    new ClipEvents(
                        clip.id(),
                        home.get(clip.id()),
                        clip.durationS(),
                        tracks.stream()
                            .map(track -> Exhibit.marks(clip, track, data.classes()))
                            .toList()))
            .toList();
    List<dev.syncline.cli.report.Clip> inFull = new ArrayList<>();
    for (int i = 0; i < Math.min(shown, clips.size()); i++) {
      Clip clip = clips.get((int) ((long) i * clips.size() / Math.min(shown, clips.size())));
      List<Track> lanes =
          tracks.stream()
              .map(
                  track ->
                      Track.of(Headline.named(track), Exhibit.marks(clip, track, data.classes())))
              .toList();
      inFull.add(
          new Exhibit(data, clip).shown("split " + home.get(clip.id()), clip.durationS(), lanes));
    }
    return new DataReport(
        data.name(),
        modalities(data),
        data.classes(),
        tracks.stream().map(Headline::named).toList(),
        all,
        inFull);
  }

  /** The modalities that any clip has annotations of. */
  private static List<String> tracks(Dataset data, List<Clip> clips) {
    return data.modalities().keySet().stream()
        .filter(name -> clips.stream().anyMatch(clip -> clip.events().containsKey(name)))
        .toList();
  }

  private static List<Fact> modalities(Dataset data) {
    List<Fact> facts = new ArrayList<>();
    data.modalities().forEach((name, info) -> facts.add(new Fact(name, described(info))));
    return facts;
  }

  private static String described(ModalityInfo info) {
    return switch (info) {
      case ModalityInfo.Audio a -> hertz(a.rateHz());
      case ModalityInfo.Image i -> i.width() + " x " + i.height() + ", " + hertz(i.rateHz());
      case ModalityInfo.Sensor s -> s.channels().size() + " channels, " + hertz(s.rateHz());
      case ModalityInfo.Features f -> f.width() + " numbers, " + hertz(f.rateHz());
    };
  }

  private static String hertz(double rate) {
    return rate >= 1000 ? plain(rate / 1000) + " kHz" : plain(rate) + " Hz";
  }

  private static String plain(double value) {
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.2f", value);
  }
}
