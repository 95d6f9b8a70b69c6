package dev.syncline.cli.bench;

import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.torch.peer.TorchStep.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The same model in other runtimes, each asked in every way that it may be fast in.
 *
 * @param programs of ours, by precision
 */
record Peers(Model model, Map<Precision, Program> programs, Noise noise) {

  /** Every way of every runtime; of those of one name the fastest is to be kept. */
  List<Variant> of(int batch) {
    List<Variant> all = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      torch(all, mode, false, batch);
      if (batch == 1) {
        torch(all, mode, true, batch);
      }
    }
    return all;
  }

  private void torch(List<Variant> all, Mode mode, boolean addmv, int batch) {
    Step step = new LibtorchStep(model.spec().node(), model.weights(), noise, batch, mode, addmv);
    String runtime = mode == Mode.EAGER ? Variant.EAGER : Variant.SCRIPT;
    long bytes = model.weights().values().values().stream().mapToLong(w -> 4L * w.length).sum();
    String setting = addmv ? "addmv" : "linear";
    all.add(new Variant(runtime, Bench.name(Precision.FP32), setting, batch, bytes, false, step));
  }
}
