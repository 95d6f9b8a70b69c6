package dev.syncline.cli.report;

import java.util.List;
import java.util.Optional;

/**
 * How good a model is.
 *
 * @param title name of the model
 * @param facts for the top of the page: data, split, parameters and so on
 * @param labels names of the classes
 * @param tracks names of the modalities, such as heard and seen
 * @param systems whose headline scores stand side by side; the model first
 * @param threshold of a decision, drawn in the timelines; NaN for none
 */
public record EvalReport(
    String title,
    List<Fact> facts,
    List<String> labels,
    List<String> tracks,
    List<Scored> systems,
    List<Score> scores,
    Optional<ClassScores> classScores,
    List<Reliability> reliability,
    Optional<Latency> latency,
    double threshold,
    List<Clip> clips)
    implements Report {
  public EvalReport {
    facts = List.copyOf(facts);
    labels = List.copyOf(labels);
    tracks = List.copyOf(tracks);
    systems = List.copyOf(systems);
    scores = List.copyOf(scores);
    reliability = List.copyOf(reliability);
    clips = List.copyOf(clips);
    for (Score score : scores) {
      if (score.values().size() != systems.size()) {
        throw new IllegalArgumentException(
            score.name() + " needs one value for each of " + systems.size() + " systems");
      }
    }
    for (Clip clip : clips) {
      clip.check(labels.size());
    }
  }

  @Override
  public String html() {
    Page page = new Page(title, "evaluation", labels);
    page.facts(facts);
    if (!scores.isEmpty()) {
      page.section("Scores", new ScoreView(systems, scores)::write);
    }
    classScores.ifPresent(
        rows -> page.section("Classes", new ClassScoreView(rows, labels, tracks)::write));
    if (!reliability.isEmpty()) {
      page.section("Reliability", new ReliabilityView(reliability, tracks)::write);
    }
    latency.ifPresent(value -> page.section("Latency", new LatencyView(value)::write));
    if (clips.stream().anyMatch(clip -> clip.basis().isPresent())) {
      page.with("basis");
    }
    if (!clips.isEmpty()) {
      page.section("Clips", html -> new ClipView(labels, tracks, threshold).all(html, clips));
    }
    return page.html();
  }
}
