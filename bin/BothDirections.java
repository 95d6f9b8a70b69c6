import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An offline reference that knows what comes after: the predictions of a causal model, and those of
 * another one on the same sequences last row first, as their normalised geometric mean (the mean of
 * their logits). For outputs with one label at a time.
 *
 * <p>{@code java -cp 'cli/target/lib/*' bin/BothDirections.java FORWARD BACKWARD OUT}
 */
final class BothDirections {
  private BothDirections() {}

  public static void main(String[] args) throws IOException {
    Field forward = Json.read(Path.of(args[0]));
    Map<String, Field> backward = new LinkedHashMap<>();
    Json.read(Path.of(args[1])).get("clips").items().forEach(c -> backward.put(id(c), c));
    List<Object> clips = new ArrayList<>();
    for (Field clip : forward.get("clips").items()) {
      Map<String, Object> tracks = new LinkedHashMap<>();
      Field other = backward.get(id(clip)).get("probabilities");
      clip.get("probabilities")
          .fields()
          .forEach(
              (track, rows) -> tracks.put(track, mean(rows.items(), other.get(track).items())));
      clips.add(Map.of("id", id(clip), "probabilities", tracks));
    }
    Map<String, Object> all = new LinkedHashMap<>(forward.fields());
    all.replaceAll((key, value) -> ((Field) value).value());
    all.put("clips", clips);
    WholeFile.write(Path.of(args[2]), Json.of(all).compact() + "\n");
  }

  private static String id(Field clip) {
    return clip.get("id").string();
  }

  private static List<List<Double>> mean(List<Field> forward, List<Field> backward) {
    List<List<Double>> rows = new ArrayList<>();
    for (int t = 0; t < forward.size(); t++) {
      List<Field> a = forward.get(t).items();
      List<Field> b = backward.get(forward.size() - 1 - t).items();
      double[] p = new double[a.size()];
      double sum = 0;
      for (int c = 0; c < p.length; c++) {
        p[c] = Math.sqrt(a.get(c).number() * b.get(c).number());
        sum += p[c];
      }
      List<Double> row = new ArrayList<>();
      for (double v : p) {
        row.add(v / sum);
      }
      rows.add(row);
    }
    return rows;
  }
}
