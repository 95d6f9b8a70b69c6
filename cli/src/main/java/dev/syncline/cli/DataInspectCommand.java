package dev.syncline.cli;

import dev.syncline.cli.report.ClipEvents;
import dev.syncline.cli.report.DataReport;
import dev.syncline.cli.report.Fact;
import dev.syncline.cli.report.Track;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    mixinStandardHelpOptions = true,
    description = "Write a page about a data set: counts, contact sheets, spectrograms, timelines.")
final class DataInspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "data set folder")
  private Path dir;

  @Option(
      names = "--out",
      defaultValue = "data.html",
      paramLabel = "FILE",
      description = "page to write (default ${DEFAULT-VALUE})")
  private Path out;

  @Option(
      names = "--clips",
      defaultValue = "6",
      paramLabel = "N",
      description = "clips that are shown in full (default ${DEFAULT-VALUE})")
  private int shown;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (shown < 0) {
      throw new ParameterException(spec.commandLine(), "--clips must not be negative, is " + shown);
    }
    Dataset data = Dataset.open(dir);
    if (data.clips().isEmpty()) {
      throw new InputException(dir + ": its splits have no clips");
    }
    report(data).write(out);
    spec.commandLine().getOut().println(out);
    return 0;
  }

  private DataReport report(Dataset data) {
    List<ClipEvents> all = new ArrayList<>();
    List<String> modalities = List.copyOf(data.modalities().keySet());
    for (Map.Entry<String, List<String>> split : data.splits().entrySet()) {
      for (String id : split.getValue()) {
        Clip clip = data.clip(id);
        all.add(
            new ClipEvents(
                id,
                split.getKey(),
                clip.durationS(),
                modalities.stream().map(m -> Exhibit.marks(clip, m, data.classes())).toList()));
      }
    }
    List<dev.syncline.cli.report.Clip> clips = new ArrayList<>();
    int n = Math.min(shown, all.size());
    for (int k = 0; k < n; k++) {
      ClipEvents events = all.get(n == 1 ? 0 : k * (all.size() - 1) / (n - 1));
      Clip clip = data.clip(events.id());
      List<Track> tracks =
          modalities.stream()
              .map(m -> Track.of(Presets.outputName(m), Exhibit.marks(clip, m, data.classes())))
              .toList();
      clips.add(new Exhibit(data, clip).shown(events.split(), 0.1, tracks));
    }
    List<String> tracks = modalities.stream().map(Presets::outputName).toList();
    return new DataReport(
        data.name(),
        List.of(new Fact("folder", dir.toString())),
        data.classes(),
        tracks,
        all,
        clips);
  }
}
