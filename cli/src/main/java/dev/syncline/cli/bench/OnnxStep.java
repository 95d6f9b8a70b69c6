package dev.syncline.cli.bench;

import dev.syncline.onnx.StepRunner;
import dev.syncline.spec.Node;
import java.nio.FloatBuffer;
import java.util.List;

/** The same step in ONNX Runtime, rows never missing. */
final class OnnxStep implements Step {
  private final StepRunner runner;
  private final Noise noise;
  private final int streams;
  private final List<String> inputs;
  private final List<String> places;
  private final List<String> outputs;
  private final int[] sizes;
  private final float[] out;
  private long tick;

  /**
   * @param graph of the model's step without validity
   */
  OnnxStep(byte[] graph, Node root, Noise noise, int streams, int threads) {
    runner = new StepRunner(graph, streams, threads);
    this.noise = noise;
    this.streams = streams;
    inputs = List.copyOf(root.in().keySet());
    places = inputs.stream().map(name -> "x." + name).toList();
    outputs = root.out().keySet().stream().map(name -> "y." + name).toList();
    sizes = root.out().values().stream().mapToInt(Noise::size).toArray();
    out = new float[streams * java.util.Arrays.stream(sizes).sum()];
  }

  @Override
  public void run() {
    for (int i = 0; i < inputs.size(); i++) {
      FloatBuffer to = runner.input(places.get(i));
      for (int s = 0; s < streams; s++) {
        float[] row = noise.row(inputs.get(i), tick, s);
        to.put(s * row.length, row);
      }
    }
    runner.run();
    int at = 0;
    for (int s = 0; s < streams; s++) {
      for (int i = 0; i < sizes.length; i++) {
        runner.output(outputs.get(i)).get(s * sizes[i], out, at, sizes[i]);
        at += sizes[i];
      }
    }
    tick++;
  }

  @Override
  public float[] outputs() {
    return out;
  }

  @Override
  public void close() {
    runner.close();
  }
}
