package dev.syncline.cli;

import dev.syncline.data.synth.SynthWorld;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code data synth}: renders a synthetic audio-visual world as a data set. */
@Command(
    name = "synth",
    description =
        "Renders a labelled audio-visual data set in which neither sound nor sight is enough.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DataSynthCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  private Path out;

  @Option(names = "--clips", defaultValue = "200", description = "Number of clips.")
  private int clips;

  @Option(names = "--seed", defaultValue = "1", description = "The same seed, the same bytes.")
  private long seed;

  @Option(names = "--seconds", defaultValue = "10", description = "Length of a clip.")
  private double seconds;

  @Option(names = "--size", defaultValue = "64", description = "Width and height of the pictures.")
  private int size;

  @Option(names = "--fps", defaultValue = "10", description = "Pictures a second.")
  private double fps;

  @Option(
      names = "--split",
      defaultValue = "train:0.7,val:0.1,test:0.2",
      description = "Names and shares of the splits.")
  private String split;

  @Option(
      names = "--threads",
      defaultValue = "0",
      description = "Threads to render with, 0 for all cores; they change nothing but the time.")
  private int threads;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    SynthWorld world = world();
    if (threads < 0 || threads > 1024) {
      throw new ParameterException(spec.commandLine(), "--threads must be 0 to 1024");
    }
    world.write(out, threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    PrintWriter console = spec.commandLine().getOut();
    console.println(clips + " clips of " + seconds + " s in " + out);
    console.flush();
    return 0;
  }

  private SynthWorld world() {
    try {
      return new SynthWorld(clips, seed, seconds, size, fps, shares());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private SequencedMap<String, Double> shares() {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (String part : split.split(",", -1)) {
      int colon = part.indexOf(':');
      try {
        String name = part.substring(0, Math.max(0, colon)).strip();
        if (colon < 1 || shares.put(name, Double.valueOf(part.substring(colon + 1))) != null) {
          throw new NumberFormatException();
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "--split must be names and shares such as train:0.7,val:0.1,test:0.2, is " + split, e);
      }
    }
    return shares;
  }
}
