package dev.syncline.bench;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Session;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How long a model takes from a JVM's first line to its first steps: {@code bin/bench load [MODEL]
 * [JVMS]}. Each figure is the median over fresh JVMs that read the same folder, whose files are in
 * the page cache. Without a model, it is {@link Reference#TRANSFORMER} (75 MB). Full speed is
 * reached where the median of 20 steps is within a fifth of that of the last 300. Vector models
 * only.
 */
public final class Load {
  private static final int STEPS = 600;
  private static final int STRETCH = 20;
  private static final int AGAIN = 5;

  /** How a JVM starts; an archive of classes is made once, by a JVM before. */
  private enum Start {
    COLD(""),
    ARCHIVED(", class archive"),
    PACKED(", packed"),
    PACKED_ARCHIVED(", packed, class archive"),
    WARM(", warmed up");

    private final String suffix;

    Start(String suffix) {
      this.suffix = suffix;
    }
  }

  private Load() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    if (args.length == 3) {
      once(Path.of(args[1]), Start.valueOf(args[2]), begin);
      return;
    }
    int jvms = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    if (args.length > 0) {
      String refusal = refusal(Path.of(args[0]));
      if (!refusal.isEmpty()) {
        System.err.println(refusal);
        System.exit(1);
      }
      report(Path.of(args[0]), jvms);
      return;
    }
    Path made = Files.createTempDirectory("syncline-load");
    try {
      Reference.TRANSFORMER.model(Kernels.best(), Precision.FP32).write(made);
      report(made, jvms);
    } finally {
      delete(made);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Why a model cannot be timed; empty if it can. */
  private static String refusal(Path folder) {
    try {
      ModelSpec spec = Records.read(ModelSpec.class, Json.read(folder.resolve(Model.SPEC)));
      boolean vectors =
          spec.modalities().values().stream()
              .allMatch(m -> m.frontEnd() instanceof FrontEnd.Vector);
      return vectors ? "" : folder + ": only models of precomputed vectors can be timed";
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  private static void report(Path folder, int jvms) throws IOException, InterruptedException {
    List<String> texts = new ArrayList<>();
    Path made = Files.createTempDirectory("syncline-load");
    try {
      Path packed = made.resolve("packed");
      Model.load(folder).write(packed);
      Model.pack(packed);
      Path[] archives = {made.resolve("cold.jsa"), made.resolve("packed.jsa")};
      child(folder, Start.COLD, "-XX:ArchiveClassesAtExit=" + archives[0]);
      child(packed, Start.PACKED, "-XX:ArchiveClassesAtExit=" + archives[1]);
      for (int i = 0; i < jvms; i++) {
        texts.add(child(folder, Start.COLD));
        texts.add(child(packed, Start.PACKED));
        texts.add(child(folder, Start.ARCHIVED, "-XX:SharedArchiveFile=" + archives[0]));
        texts.add(child(packed, Start.PACKED_ARCHIVED, "-XX:SharedArchiveFile=" + archives[1]));
        texts.add(child(folder, Start.WARM));
      }
    } finally {
      delete(made);
    }
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (String text : texts) {
      for (String line : text.lines().filter(l -> l.contains("\t")).toList()) {
        int tab = line.indexOf('\t');
        figures
            .computeIfAbsent(line.substring(0, tab), k -> new ArrayList<>())
            .add(Double.parseDouble(line.substring(tab + 1)));
      }
    }
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    System.out.printf(Locale.ROOT, "%d JVMs, load average %.1f; ms%n", jvms, load);
    figures.forEach(
        (name, all) -> {
          all.sort(null);
          System.out.printf(
              Locale.ROOT,
              "%-48s median %9.2f   best %9.2f%n",
              name,
              all.get(all.size() / 2),
              all.getFirst());
        });
  }

  /** What a fresh JVM with the options of this one prints. */
  private static String child(Path folder, Start start, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-Xlog:cds=off", "-cp", System.getProperty("java.class.path"), Load.class.getName()));
    command.addAll(List.of("once", folder.toString(), start.name()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("a JVM failed: " + text);
    }
    return text;
  }

  private static void once(Path folder, Start start, long begin) {
    Model model = Model.load(folder);
    long loaded = System.nanoTime() - begin;
    Session session = model.open(Session.SILENT);
    long ready = System.nanoTime() - begin; // before anything is printed, which takes its own time
    String suffix = start.suffix;
    if (start != Start.WARM) {
      figure("model loaded" + suffix, loaded);
      figure("ready for the first step" + suffix, ready);
    } else {
      long from = System.nanoTime();
      session.warmUp(STEPS, 5_000_000_000L);
      figure("warming up", System.nanoTime() - from);
    }
    long[] took = new long[STEPS];
    for (int i = 0; i < STEPS; i++) {
      long from = System.nanoTime();
      step(session, i);
      took[i] = System.nanoTime() - from;
    }
    long steady = median(took, STEPS / 2, STEPS);
    int slow = 0;
    while (median(took, slow, slow + STRETCH) > 1.2 * steady) {
      slow++;
    }
    figure("first step" + suffix, took[0]);
    figure("until full speed" + suffix, Arrays.stream(took, 0, slow).sum());
    figure("steady step" + suffix, steady);
    if (start == Start.COLD || start == Start.PACKED) {
      session.close();
      again(folder, suffix);
    }
  }

  /** What loading takes where the JVM has done it before: the part of the model alone. */
  private static void again(Path folder, String suffix) {
    long[] took = new long[AGAIN];
    for (int i = 0; i < AGAIN; i++) {
      long from = System.nanoTime();
      Session session = Model.load(folder).open(Session.SILENT);
      took[i] = System.nanoTime() - from;
      session.close();
    }
    figure("ready again in the same JVM" + suffix, median(took, 0, AGAIN));
  }

  private static long median(long[] took, int from, int to) {
    long[] part = Arrays.copyOfRange(took, from, to);
    Arrays.sort(part);
    return part[part.length / 2];
  }

  private static void step(Session session, long tick) {
    ModelSpec spec = session.model().spec();
    spec.modalities()
        .forEach(
            (name, m) -> {
              float[] values = new float[((FrontEnd.Vector) m.frontEnd()).rows().channels()];
              Arrays.fill(values, 0.1f * (tick % 7));
              session.push(name, tick * spec.tick().ns(), values, 0, values.length);
            });
    if (!session.advance()) {
      throw new IllegalStateException("no tick");
    }
  }

  private static void figure(String name, long ns) {
    System.out.printf(Locale.ROOT, "%s\t%.3f%n", name, ns / 1e6);
  }
}
