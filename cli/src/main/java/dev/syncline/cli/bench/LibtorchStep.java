package dev.syncline.cli.bench;

import dev.syncline.spec.Node;
import dev.syncline.torch.peer.TorchStep;
import dev.syncline.torch.peer.TorchStep.Mode;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/** The same step in libtorch. */
final class LibtorchStep implements Step {
  private final TorchStep step;
  private final Noise noise;
  private final int streams;
  private final List<String> inputs;
  private final List<String> outputs;
  private final List<float[]> found = new ArrayList<>();
  private final float[] out;
  private long tick;

  LibtorchStep(Node root, Weights weights, Noise noise, int streams, Mode mode, boolean addmv) {
    step = new TorchStep(root, weights, streams, mode, addmv);
    this.noise = noise;
    this.streams = streams;
    inputs = List.copyOf(root.in().keySet());
    outputs = List.copyOf(root.out().keySet());
    root.out().values().forEach(shape -> found.add(new float[streams * Noise.size(shape)]));
    out = new float[found.stream().mapToInt(f -> f.length).sum()];
  }

  @Override
  public void run() {
    for (String input : inputs) {
      for (int s = 0; s < streams; s++) {
        float[] row = noise.row(input, tick, s);
        step.input(input, s * row.length, row);
      }
    }
    step.run();
    int at = 0;
    for (int s = 0; s < streams; s++) {
      for (int i = 0; i < found.size(); i++) {
        float[] all = found.get(i);
        if (s == 0) {
          step.output(outputs.get(i), all, 0, all.length);
        }
        int size = all.length / streams;
        System.arraycopy(all, s * size, out, at, size);
        at += size;
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
    step.close();
  }
}
