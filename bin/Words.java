import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Of a model with one label at a time: the share of the ticks inside an event whose most probable
 * class is the true one, and the F1 of runs of two or more ticks with the same most probable class
 * against the events (same class, overlap of half of both together or more, one to one).
 *
 * <p>{@code java -cp 'cli/target/lib/*' bin/Words.java TRUTH PREDICTIONS}
 */
final class Words {
  private static final int LEAST = 2;

  private record Run(int label, int from, int to) {}

  private int ticks;
  private int right;
  private int found;
  private int told;
  private int events;

  public static void main(String[] args) {
    Field truth = Json.read(Path.of(args[0]));
    int background = (int) truth.get("background").integer(0, Integer.MAX_VALUE);
    Map<String, Field> said = new LinkedHashMap<>();
    Json.read(Path.of(args[1]))
        .get("clips")
        .items()
        .forEach(c -> said.put(c.get("id").string(), c.get("probabilities").get("audio")));
    Words words = new Words();
    for (Field clip : truth.get("clips").items()) {
      words.add(
          largest(clip.get("labels").get("audio")),
          largest(said.get(clip.get("id").string())),
          background);
    }
    System.out.println(
        (double) words.right / words.ticks + " " + 2.0 * words.found / (words.told + words.events));
  }

  private void add(int[] truth, int[] said, int background) {
    for (int t = 0; t < truth.length; t++) {
      if (truth[t] != background) {
        ticks++;
        right += truth[t] == said[t] ? 1 : 0;
      }
    }
    List<Run> left = runs(truth, background, 1);
    List<Run> mine = runs(said, background, LEAST);
    events += left.size();
    told += mine.size();
    for (Run run : mine) {
      int match = first(left, run);
      if (match >= 0) {
        left.remove(match);
        found++;
      }
    }
  }

  private static int first(List<Run> left, Run run) {
    for (int i = 0; i < left.size(); i++) {
      if (overlaps(left.get(i), run)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean overlaps(Run a, Run b) {
    int both = Math.min(a.to, b.to) - Math.max(a.from, b.from);
    int all = Math.max(a.to, b.to) - Math.min(a.from, b.from);
    return a.label == b.label && 2 * both >= all;
  }

  private static List<Run> runs(int[] labels, int background, int least) {
    List<Run> runs = new ArrayList<>();
    int from = 0;
    for (int t = 1; t <= labels.length; t++) {
      if (t == labels.length || labels[t] != labels[from]) {
        if (labels[from] != background && t - from >= least) {
          runs.add(new Run(labels[from], from, t));
        }
        from = t;
      }
    }
    return runs;
  }

  private static int[] largest(Field rows) {
    return rows.items().stream().mapToInt(row -> largest(row.items())).toArray();
  }

  private static int largest(List<Field> row) {
    int best = 0;
    for (int c = 1; c < row.size(); c++) {
      best = row.get(c).number() > row.get(best).number() ? c : best;
    }
    return best;
  }
}
