import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The share of the ticks inside an event whose most probable class is the true one, of a model with
 * one label at a time: how often it names the right word while one is being said.
 *
 * <p>{@code java -cp 'cli/target/lib/*' bin/WordAccuracy.java TRUTH PREDICTIONS}
 */
final class WordAccuracy {
  private WordAccuracy() {}

  public static void main(String[] args) {
    Field truth = Json.read(Path.of(args[0]));
    int background = (int) truth.get("background").integer(0, Integer.MAX_VALUE);
    Map<String, Field> said = new LinkedHashMap<>();
    Json.read(Path.of(args[1]))
        .get("clips")
        .items()
        .forEach(c -> said.put(c.get("id").string(), c.get("probabilities").get("audio")));
    int right = 0;
    int ticks = 0;
    for (Field clip : truth.get("clips").items()) {
      List<Field> rows = clip.get("labels").get("audio").items();
      List<Field> scores = said.get(clip.get("id").string()).items();
      for (int t = 0; t < rows.size(); t++) {
        int word = largest(rows.get(t).items());
        if (word != background) {
          ticks++;
          right += largest(scores.get(t).items()) == word ? 1 : 0;
        }
      }
    }
    System.out.println((double) right / ticks);
  }

  private static int largest(List<Field> row) {
    int best = 0;
    for (int c = 1; c < row.size(); c++) {
      best = row.get(c).number() > row.get(best).number() ? c : best;
    }
    return best;
  }
}
