package dev.syncline.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in a data set.
 *
 * @param title name of the data set
 * @param facts further facts for the top of the page; counts are made here
 * @param labels names of the classes
 * @param tracks names of the modalities that are annotated, such as heard and seen
 * @param clips all clips
 * @param shown the clips shown in full
 */
public record DataReport(
    String title,
    List<Fact> facts,
    List<String> labels,
    List<String> tracks,
    List<ClipEvents> clips,
    List<Clip> shown)
    implements Report {
  public DataReport {
    facts = List.copyOf(facts);
    labels = List.copyOf(labels);
    tracks = List.copyOf(tracks);
    clips = List.copyOf(clips);
    shown = List.copyOf(shown);
    for (ClipEvents clip : clips) {
      if (clip.events().size() != tracks.size()) {
        throw new IllegalArgumentException(clip.id() + " has other than " + tracks + " events");
      }
      for (int m = 0; m < tracks.size(); m++) {
        Track.of(tracks.get(m), clip.events().get(m)).check(labels.size());
      }
    }
    for (Clip clip : shown) {
      clip.check(labels.size());
    }
  }

  @Override
  public String html() {
    Census census = Census.of(clips, tracks.size(), labels.size());
    Page page = new Page(title, "data set", labels);
    page.facts(allFacts());
    CensusView view = new CensusView(census, labels, tracks);
    page.section("Classes", view::classes);
    page.section("Durations", view::durations);
    page.section("Co-occurrence", view::together);
    if (!shown.isEmpty()) {
      page.section("Clips", html -> new ClipView(labels, tracks, Double.NaN).all(html, shown));
    }
    return page.html();
  }

  /** What stands at the top of the page: counts, then the further facts. */
  public List<Fact> allFacts() {
    Census census = Census.of(clips, tracks.size(), labels.size());
    List<Fact> all = new ArrayList<>();
    all.add(new Fact("clips", Html.decimals(clips.size(), 0)));
    double seconds = clips.stream().mapToDouble(ClipEvents::durationS).sum();
    all.add(
        seconds < 3600
            ? new Fact("minutes", Html.decimals(seconds / 60, 1))
            : new Fact("hours", Html.decimals(seconds / 3600, 2)));
    all.add(new Fact("classes", Html.decimals(labels.size(), 0)));
    for (int m = 0; m < tracks.size(); m++) {
      all.add(new Fact("events " + tracks.get(m), Html.decimals(census.events(m), 0)));
    }
    Map<String, Integer> splits = new LinkedHashMap<>();
    clips.forEach(clip -> splits.merge(clip.split(), 1, Integer::sum));
    splits.forEach((split, n) -> all.add(new Fact(split + " clips", Html.decimals(n, 0))));
    all.addAll(facts);
    return all;
  }
}
