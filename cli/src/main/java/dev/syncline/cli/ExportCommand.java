package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.json.WholeFile;
import dev.syncline.onnx.OnnxExport;
import dev.syncline.onnx.Verification;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model for other runtimes. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Write a model's step as an ONNX file, after it was run beside the model and found equal.")
final class ExportCommand implements Callable<Integer> {
  /** Those that standard operations can express. */
  private static final Set<Precision> PRECISIONS =
      EnumSet.of(Precision.FP32, Precision.FP16, Precision.INT8);

  private static final int RANDOM_TICKS = 200;
  private static final int CLIP_TICKS = 1000;

  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Option(names = "--onnx", required = true, paramLabel = "FILE", description = "file to write")
  private Path file;

  @Mixin private PrecisionOption precision;

  @Option(
      names = "--sequence",
      description = "the step inside an ONNX Scan: whole stretches of streams in one run")
  private boolean sequence;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "compare on 1,000 ticks of this data set's clips, in place of 200 ticks of random rows")
  private Path data;

  @Option(names = "--split", description = "split of --data (default test)")
  private String split;

  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (!PRECISIONS.contains(precision.precision())) {
      throw new ParameterException(
          spec.commandLine(),
          "--precision of an export is fp32, fp16 or int8, not "
              + PrecisionOption.name(precision.precision()));
    }
    if (split != null && data == null) {
      throw new ParameterException(spec.commandLine(), "--split goes with --data");
    }
    WholeFile.checkNew(file);
    long begin = System.nanoTime();
    Model model = Models.load(folder, precision.precision());
    List<Map<String, Block>> rows = rows(model);
    byte[] graph =
        sequence
            ? OnnxExport.sequence(model, precision.precision())
            : OnnxExport.step(model, precision.precision());
    double apart = verified(model, graph, rows);
    WholeFile.writeNew(file, graph);
    print(model, graph, rows, apart, (System.nanoTime() - begin) / 1e9);
    return 0;
  }

  /** Random rows of several streams, or a few streams of clips one behind the other. */
  private List<Map<String, Block>> rows(Model model) {
    if (data == null) {
      return Verification.random(model.program(), sequence ? 1 : 3, RANDOM_TICKS, 1);
    }
    Dataset dataset = Dataset.open(data);
    String part = split == null ? "test" : split;
    List<Map<String, Block>> clips = new ArrayList<>();
    int ticks = 0;
    try (ClipInputs inputs =
        new ClipInputs(model, dataset, List.of(), Noise.NONE, cache.folder())) {
      for (String id : dataset.clips(part)) {
        if (ticks < CLIP_TICKS) {
          Clip clip = dataset.clip(id);
          clips.add(inputs.rows(clip));
          ticks += clips.getLast().values().iterator().next().ticks();
        }
      }
    }
    if (ticks < CLIP_TICKS) {
      throw new InputException(
          "%s: the split \"%s\" has %d ticks, the comparison takes %d: leave out --data"
              .formatted(data, part, ticks, CLIP_TICKS));
    }
    return List.of(joined(clips, CLIP_TICKS));
  }

  /** Clips one behind the other, cut off after some ticks. */
  private static Map<String, Block> joined(List<Map<String, Block>> clips, int ticks) {
    Map<String, Block> all = new LinkedHashMap<>();
    for (Map.Entry<String, Block> e : clips.getFirst().entrySet()) {
      Block to = Block.empty(e.getValue().shape(), ticks);
      int at = 0;
      for (Map<String, Block> clip : clips) {
        Block from = clip.get(e.getKey());
        int n = Math.min(from.ticks(), ticks - at);
        System.arraycopy(from.values(), 0, to.values(), at * to.tickSize(), n * to.tickSize());
        int rows = to.shape().rows();
        System.arraycopy(from.valid(), 0, to.valid(), at * rows, n * rows);
        at += n;
      }
      all.put(e.getKey(), to);
    }
    return all;
  }

  /** The largest difference; a graph above the bar is not written. */
  private double verified(Model model, byte[] graph, List<Map<String, Block>> rows) {
    Map<String, Double> apart =
        sequence
            ? Verification.sequenceDifferences(graph, model.program(), rows)
            : Verification.differences(graph, model.program(), rows);
    var worst = apart.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    double bar = Verification.bar(precision.precision());
    if (!(worst.getValue() <= bar)) {
      throw new InputException(
          "%s: not written: %s of the graph is %.1e of its largest number away from the model's step, %.0e is allowed"
              .formatted(file, worst.getKey(), worst.getValue(), bar));
    }
    return worst.getValue();
  }

  private void print(
      Model model, byte[] graph, List<Map<String, Block>> rows, double apart, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    String name = PrecisionOption.name(precision.precision());
    out.println(
        "%s: %s graph, opset %d, %s, %,d bytes"
            .formatted(file, sequence ? "sequence" : "step", OnnxExport.OPSET, name, graph.length));
    out.println("  in    " + names("x.", model.spec().inputs()) + ", x_valid.*, state.*, tick");
    out.println("  out   " + names("y.", model.spec().outputs()) + ", p.*, y_valid.*, next.*");
    int ticks = rows.stream().mapToInt(s -> s.values().iterator().next().ticks()).max().orElse(0);
    out.println(
        "  equal to the step over %,d ticks of %s: largest difference %.1e of the largest number, %.0e is allowed"
            .formatted(
                ticks,
                data == null ? "random rows" : "clips",
                apart,
                Verification.bar(precision.precision())));
    out.println("  %.1f s".formatted(seconds));
  }

  private static String names(String prefix, Map<String, ?> map) {
    return map.keySet().stream().map(name -> prefix + name).collect(Collectors.joining(", "));
  }
}
