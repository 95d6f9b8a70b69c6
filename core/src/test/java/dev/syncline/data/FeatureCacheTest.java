package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Session;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
  private static final String MODEL =
      """
      {"format": "syncline-model/1", "name": "cached", "tick_ms": 100,
       "modalities": {
         "audio": {"front_end": {"type": "audio", "rows": {"log_mel": {
             "rate_hz": 8000, "window": 200, "hop": 100, "fft": 256, "bands": 4,
             "low_hz": 100, "high_hz": 3900}}},
           "encoder": {"file": "encoders/mean.onnx", "input": "in", "shape": [1, 8, 4],
             "output": "out", "width": 2, "window_rows": 8, "hop_rows": 8}},
         "visual": {"front_end": {"type": "image", "rate_hz": 10, "source_hz": 10,
           "scale": {"width": 4, "height": 4}}},
         "motion": {"front_end": {"type": "vector", "rows": {"channels": 2},
           "rate_hz": 20, "source_hz": 20}},
         "vectors": {"front_end": {"type": "vector", "rows": {"channels": 3},
           "rate_hz": 10, "source_hz": 10}}},
       "body": {"type": "serial", "layers": {
         "each": {"type": "each", "streams": {
           "visual": {"type": "global_pool", "pooling": "mean"},
           "motion": {"type": "pool_rows", "pooling": "mean", "rows": 2}}},
         "fuse": {"type": "concat"},
         "heads": {"type": "parallel", "branches": {"heard": {"type": "linear", "out": 2}}}}},
       "outputs": {"heard":
         {"kind": "multi_label", "track": "audio", "labels": ["bell", "drum"]}}}
      """;

  @TempDir Path temp;
  private ToneDataset tones;
  private Path folder;
  private Path encoder;

  @BeforeEach
  void make() throws IOException {
    tones = ToneDataset.write(temp.resolve("data"), 2, 1, 0, 1);
    folder = temp.resolve("cache");
    encoder = temp.resolve("encoders/mean.onnx");
    Files.createDirectories(encoder.getParent());
    Files.writeString(encoder, "2");
  }

  /** The mean of a window times the number in the encoder's file, and that number. */
  private record Mean(float factor) implements Encoder {
    @Override
    public int inputSize() {
      return 32;
    }

    @Override
    public int width() {
      return 2;
    }

    @Override
    public int stateSize() {
      return 0;
    }

    @Override
    public void encode(float[] in, int at, float[] state, int stateAt, float[] out, int outAt) {
      float sum = 0;
      for (int i = 0; i < 32; i++) {
        sum += in[at + i];
      }
      out[outAt] = factor * sum / 32;
      out[outAt + 1] = factor;
    }

    @Override
    public void close() {}
  }

  private static Encoder open(Path file, FrozenEncoder e) {
    try {
      return new Mean(Float.parseFloat(Files.readString(file)));
    } catch (IOException x) {
      throw new UncheckedIOException(x);
    }
  }

  private Model model(String json) {
    ModelSpec spec = Records.read(ModelSpec.class, Json.parse("model", json));
    Weights weights = Weights.random(spec.parameters(), 0);
    return Model.of(spec, weights, new PlainKernels(), temp, FeatureCacheTest::open);
  }

  private FeatureCache cache(String json) {
    return new FeatureCache(folder, Dataset.open(tones.dir), model(json));
  }

  private Map<String, Block> rows(String json) {
    try (FeatureCache cache = cache(json)) {
      return cache.rows(Dataset.open(tones.dir).clip("train0"));
    }
  }

  private Set<String> files() {
    try (Stream<Path> files = Files.list(folder)) {
      Set<String> names = new TreeSet<>();
      files.forEach(f -> names.add(f.getFileName().toString()));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void alike(Map<String, Block> a, Map<String, Block> b) {
    assertThat(a.keySet()).isEqualTo(b.keySet());
    a.forEach(
        (name, block) -> {
          assertThat(block.values()).as(name).containsExactly(b.get(name).values());
          assertThat(block.valid()).as(name).containsExactly(b.get(name).valid());
          assertThat(block.shape()).isEqualTo(b.get(name).shape());
        });
  }

  /** How many files a change adds, and that the rows behind it are those made without a cache. */
  private int madeAfter(String json, Change change) throws IOException {
    rows(MODEL);
    Set<String> before = files();
    change.make();
    Map<String, Block> rows = rows(json);
    Dataset data = Dataset.open(tones.dir);
    Model model = model(json);
    try (Session session =
        new Session(model, model.spec().modalities().keySet(), Session.SILENT, System::nanoTime)) {
      alike(rows, ClipRows.rows(session, data, data.clip("train0"), (m, s) -> s));
    }
    Set<String> after = files();
    assertThat(after).containsAll(before);
    return after.size() - before.size();
  }

  private interface Change {
    void make() throws IOException;
  }

  @Test
  void keptRowsAreBitForBitThoseMadeAfresh() throws IOException {
    Map<String, Block> made = rows(MODEL);
    made.forEach((name, block) -> assertThat(block.valid()).as(name).contains(1));
    assertThat(madeAfter(MODEL, () -> {})).isZero();
    alike(rows(MODEL), made);
    assertThat(files()).hasSize(4).allMatch(name -> name.endsWith(".safetensors"));
  }

  @Test
  void keptRowsAreReadAndNotMadeAgain() throws IOException {
    rows(MODEL);
    Path kept = folder.resolve(files().iterator().next());
    var time = Files.getLastModifiedTime(kept);
    Object inode = Files.getAttribute(kept, "unix:ino");
    rows(MODEL);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(time);
    assertThat(Files.getAttribute(kept, "unix:ino")).isEqualTo(inode);
  }

  @Test
  void aChangeOfAClipsFilesMakesTheirRowsAgain() throws IOException {
    for (String name : List.of("audio.wav", "motion.csv")) {
      byte[] bytes = Files.readAllBytes(tones.file("train1", name));
      assertThat(madeAfter(MODEL, () -> Files.write(tones.file("train0", name), bytes)))
          .as(name)
          .isEqualTo(1);
    }
    Path picture = temp.resolve("other.png");
    Images.writePng(picture, new Rgb(16, 8, new byte[16 * 8 * 3]));
    byte[] bytes = Files.readAllBytes(picture);
    Path frame = tones.file("train0", "frames/00003.jpg");
    assertThat(madeAfter(MODEL, () -> Files.write(frame, bytes))).isEqualTo(1);
  }

  @Test
  void aMissingFrameMakesThePicturesAgain() throws IOException {
    assertThat(madeAfter(MODEL, () -> Files.delete(tones.file("train0", "frames/00003.jpg"))))
        .isEqualTo(1);
  }

  @Test
  void aChangeOfTheSharedFileOfVectorsMakesThemAgain() throws IOException {
    Path other = ToneDataset.write(temp.resolve("other"), 2, 1, 0, 2).dir;
    Path vectors = tones.dir.resolve("vectors.safetensors");
    byte[] bytes = Files.readAllBytes(other.resolve("vectors.safetensors"));
    assertThat(madeAfter(MODEL, () -> Files.write(vectors, bytes))).isEqualTo(1);
  }

  @Test
  void aChangeOfWhatTheDataSetSaysOfAFileMakesItsRowsAgain() throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    Change slower = () -> ToneDataset.edit(info, "\"rate_hz\" : 20", "\"rate_hz\" : 10");
    assertThat(madeAfter(MODEL, slower)).isEqualTo(1);
  }

  @Test
  void aChangeOfTheHeaderOfASensorFileMakesItsRowsAgain() throws IOException {
    ToneDataset.edit(
        tones.dir.resolve("dataset.json"),
        "\"channels\" : [ \"left\", \"right\" ]",
        "\"channels\" : [ \"left\", \"right\" ], \"header\" : \"motion.json\"");
    String header =
        "{\"samples\":40,\"rate_hz\":20,\"channels\":[\"left\",\"right\"],\"scale\":[%s,1]}";
    for (String id : List.of("train0", "train1", "val0")) {
      Files.writeString(tones.file(id, "motion.json"), header.formatted(1));
      try (var out = new GZIPOutputStream(Files.newOutputStream(tones.file(id, "motion.csv")))) {
        for (int i = 0; i < 2 * 40; i++) {
          out.write(new byte[] {1, 0});
        }
      }
    }
    Path changed = tones.file("train0", "motion.json");
    assertThat(madeAfter(MODEL, () -> Files.writeString(changed, header.formatted(2))))
        .isEqualTo(1);
  }

  @Test
  void aClipThatIsCutMakesAllItsRowsAgain() throws IOException {
    Path events = tones.file("train0", "events.json");
    String shorter = "{\"duration_s\": 1, \"audio\": [], \"visual\": []}";
    assertThat(madeAfter(MODEL, () -> Files.writeString(events, shorter))).isEqualTo(4);
  }

  @Test
  void aChangeOfAFrontEndMakesTheRowsOfItsModalityAgain() throws IOException {
    assertThat(madeAfter(MODEL.replace("3900", "3800"), () -> {})).isEqualTo(1);
    assertThat(madeAfter(MODEL.replace("\"height\": 4", "\"height\": 5"), () -> {})).isEqualTo(1);
  }

  @Test
  void aChangeOfTheEncoderOrOfItsFileMakesItsRowsAgain() throws IOException {
    assertThat(madeAfter(MODEL, () -> Files.writeString(encoder, "3"))).isEqualTo(1);
    String strict = MODEL.replace("\"hop_rows\": 8", "\"hop_rows\": 8, \"min_valid\": 1");
    assertThat(madeAfter(strict, () -> {})).isEqualTo(1);
  }

  @Test
  void aChangeOfTheTickMakesEverythingAgain() throws IOException {
    String slower =
        MODEL
            .replace("\"tick_ms\": 100", "\"tick_ms\": 200")
            .replace("\"hop_rows\": 8", "\"hop_rows\": 16")
            .replace("\"rows\": 2}", "\"rows\": 4}")
            .replace(
                "\"visual\": {\"type\": \"global_pool\", \"pooling\": \"mean\"}",
                """
                "vectors": {"type": "pool_rows", "pooling": "mean", "rows": 2},
                "visual": {"type": "serial", "layers": {
                  "pool": {"type": "global_pool", "pooling": "mean"},
                  "rows": {"type": "pool_rows", "pooling": "mean", "rows": 2}}}
                """);
    assertThat(madeAfter(slower, () -> {})).isEqualTo(4);
  }

  @Test
  void aDamagedFileIsMadeAgain() throws IOException {
    Map<String, Block> made = rows(MODEL);
    List<String> names = List.copyOf(files());
    List<byte[]> whole = new ArrayList<>();
    for (String name : names) {
      whole.add(Files.readAllBytes(folder.resolve(name)));
    }
    ToneDataset.halve(folder.resolve(names.get(0)));
    Files.write(folder.resolve(names.get(1)), new byte[0]);
    Files.writeString(folder.resolve(names.get(2)), "x".repeat(1000));
    Files.write(folder.resolve(names.get(3)), whole.get(0)); // Whole, but of another modality.
    alike(rows(MODEL), made);
    for (int i = 0; i < names.size(); i++) {
      assertThat(folder.resolve(names.get(i))).hasBinaryContent(whole.get(i));
    }
  }

  @Test
  void manyThreadsOnOneFolderAllGetTheSameRowsAndLeaveNothingHalfWritten() throws Exception {
    // Both clips hold the same files, so that all threads write the same names at once.
    for (String name : List.of("audio.wav", "motion.csv", "events.json")) {
      Files.copy(
          tones.file("train0", name),
          tones.file("train1", name),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    ToneDataset.edit(tones.file("train1", "events.json"), "train0", "train1");
    Map<String, Block> alone = rows(MODEL);
    Dataset data = Dataset.open(tones.dir);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int round = 0; round < 5; round++) {
        for (String name : files()) {
          Files.delete(folder.resolve(name));
        }
        CountDownLatch start = new CountDownLatch(6);
        List<Future<Map<String, Block>>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          String id = i % 2 == 0 ? "train0" : "train1";
          Callable<Map<String, Block>> work =
              () -> {
                try (FeatureCache cache = cache(MODEL)) {
                  start.countDown();
                  start.await();
                  Clip clip = data.clip(id);
                  return Map.of(
                      "audio", cache.rows(clip, "audio"), "motion", cache.rows(clip, "motion"));
                }
              };
          all.add(threads.submit(work));
        }
        for (Future<Map<String, Block>> rows : all) {
          alike(rows.get(), Map.of("audio", alone.get("audio"), "motion", alone.get("motion")));
        }
        assertThat(files()).hasSize(2).allMatch(name -> name.endsWith(".safetensors"));
      }
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsOneClearLine() throws IOException {
    Files.writeString(temp.resolve("file"), "");
    folder = temp.resolve("file/cache");
    assertThatThrownBy(() -> rows(MODEL))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder + ": the feature cache cannot be written: ")
        .hasMessageEndingWith("make room, or choose another folder with --cache");
  }

  @Test
  void aClipWhoseFileIsMissingIsOneClearLine() throws IOException {
    Files.delete(tones.file("train0", "audio.wav"));
    assertThatThrownBy(() -> rows(MODEL))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(tones.file("train0", "audio.wav") + ": cannot be read: ");
  }
}
