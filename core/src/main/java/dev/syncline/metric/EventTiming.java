package dev.syncline.metric;

import dev.syncline.metric.Pairing.Spans;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * When events were reported: each truth is served by the first prediction of its class that
 * overlaps it and comes no later than {@code grace} after its end, and one prediction serves one
 * truth. Misses are counted, never mixed into the times. The definitions are Syncline's own.
 *
 * @param detections of the truths that were served
 * @param truths how many there were
 * @param late unused predictions whose truths had all been over for more than the grace
 * @param duplicates unused predictions of a truth that was still in time
 */
record EventTiming(List<Detection> detections, long truths, long late, long duplicates) {
  /** A truth of a class, reported so many seconds after its onset, negative when before. */
  record Detection(int classIndex, double delayS) {}

  /** Why times cannot be told, if so: one listed event without a time, of any track, is enough. */
  static Optional<String> missing(Pairing pairing, String track) {
    Optional<String> listed =
        pairing.predicted().stream()
            .filter(clip -> untimed(clip.events().orElse(List.of())))
            .map(Predictions.Clip::id)
            .findFirst();
    return listed
        .or(
            () ->
                pairing.spans(track).stream()
                    .filter(clip -> untimed(clip.predicted()))
                    .map(Spans::clip)
                    .findFirst())
        .map(id -> "clip \"" + id + "\" has an event of no known emitted_s");
  }

  private static boolean untimed(List<Event> events) {
    return events.stream().anyMatch(e -> e.length() > 0 && e.emittedS().isEmpty());
  }

  static EventTiming of(List<Spans> clips, double graceS) {
    List<Detection> detections = new ArrayList<>();
    long truths = 0;
    long late = 0;
    long duplicates = 0;
    for (Spans clip : clips) {
      List<Event> unused = new ArrayList<>(clip.predicted());
      unused.sort(
          Comparator.comparingDouble(EventTiming::emitted).thenComparingDouble(Event::onsetS));
      List<Event> waiting = new ArrayList<>(clip.truth());
      waiting.sort(Comparator.comparingDouble(Event::onsetS).thenComparingDouble(Event::offsetS));
      for (Event truth : waiting) {
        unused.stream()
            .filter(p -> concerns(p, truth) && emitted(p) <= truth.offsetS() + graceS)
            .findFirst()
            .ifPresent(
                p -> {
                  detections.add(new Detection(truth.classIndex(), emitted(p) - truth.onsetS()));
                  unused.remove(p);
                });
      }
      truths += waiting.size();
      for (Event p : unused) {
        List<Event> concerned = waiting.stream().filter(truth -> concerns(p, truth)).toList();
        boolean over = concerned.stream().allMatch(truth -> emitted(p) > truth.offsetS() + graceS);
        late += !concerned.isEmpty() && over ? 1 : 0;
        duplicates += !concerned.isEmpty() && !over ? 1 : 0;
      }
    }
    return new EventTiming(detections, truths, late, duplicates);
  }

  private static boolean concerns(Event predicted, Event truth) {
    return predicted.classIndex() == truth.classIndex() && predicted.overlap(truth) > 0;
  }

  private static double emitted(Event e) {
    return e.emittedS().orElseThrow();
  }

  /** Seconds from onset to report, 0 when it came before, also per class. */
  Score timeToDetect(Statistic statistic) {
    TreeMap<Integer, List<Double>> byClass = new TreeMap<>();
    List<Double> all = new ArrayList<>();
    for (Detection d : detections) {
      double delay = Math.max(0, d.delayS());
      all.add(delay);
      byClass.computeIfAbsent(d.classIndex(), c -> new ArrayList<>()).add(delay);
    }
    if (all.isEmpty()) {
      return new Score.Undefined("no event was detected");
    }
    TreeMap<Integer, Double> perClass = new TreeMap<>();
    byClass.forEach((c, delays) -> perClass.put(c, statistic.of(sorted(delays))));
    return new Score.Value(statistic.of(sorted(all)), perClass);
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().mapToDouble(v -> v).sorted().toArray();
  }

  long misses() {
    return truths - detections.size();
  }

  /** Truths that were served before their onset. */
  long early() {
    return detections.stream().filter(d -> d.delayS() < 0).count();
  }

  /** Predictions that overlap no truth of their class, by hour of clip time, also per class. */
  static Score falseAlarmsPerHour(List<Spans> clips, int classes) {
    double hours = clips.stream().mapToDouble(Spans::durationS).sum() / 3600;
    long[] alarms = new long[classes];
    for (Spans clip : clips) {
      for (Event p : clip.predicted()) {
        boolean isFalse = clip.truth().stream().noneMatch(truth -> concerns(p, truth));
        alarms[p.classIndex()] += isFalse ? 1 : 0;
      }
    }
    long all = 0;
    TreeMap<Integer, Double> perClass = new TreeMap<>();
    for (int c = 0; c < classes; c++) {
      all += alarms[c];
      perClass.put(c, alarms[c] / hours);
    }
    return new Score.Value(all / hours, perClass);
  }
}
