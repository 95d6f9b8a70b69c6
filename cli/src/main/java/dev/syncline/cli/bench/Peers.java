package dev.syncline.cli.bench;

import dev.syncline.json.InputException;
import dev.syncline.onnx.Products;
import dev.syncline.onnx.StepGraph;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.torch.peer.TorchStep.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same model in other runtimes, each asked in every way that it may be fast in.
 *
 * @param programs of ours, by precision
 */
record Peers(Model model, Map<Precision, Program> programs, Noise noise) {

  /**
   * Every way of every runtime; of those of one name the fastest is to be kept. Products of whole
   * numbers are asked of ONNX Runtime with sums as exact as ours and, under another name, as it
   * does them fastest.
   *
   * @param notes is told what a runtime does not cover
   */
  List<Variant> of(int batch, Set<String> notes) {
    List<Variant> all = new ArrayList<>();
    attempt(notes, () -> onnx(all, Variant.ONNX, batch, 1));
    attempt(notes, () -> torch(all, batch));
    return all;
  }

  private static void attempt(Set<String> notes, Runnable runtime) {
    try {
      runtime.run();
    } catch (InputException e) {
      notes.add(e.getMessage());
    }
  }

  /** One stream by two threads of ONNX Runtime. */
  List<Variant> byTwo(Set<String> notes) {
    List<Variant> all = new ArrayList<>();
    attempt(notes, () -> onnx(all, Variant.ONNX_TWO, 1, 2));
    return all;
  }

  private void onnx(List<Variant> all, String runtime, int batch, int threads) {
    onnx(all, runtime, Precision.FP32, "fp32", Products.OWN, batch, threads);
    if (programs.containsKey(Precision.INT8)) {
      onnx(all, runtime, Precision.INT8, "int8", Products.exact(), batch, threads);
      onnx(all, runtime, Precision.INT8, "int8 dyn", Products.DYNAMIC, batch, threads);
    }
    if (programs.containsKey(Precision.INT4_G32)) {
      onnx(all, runtime, Precision.INT4_G32, "int4", Products.OWN, batch, threads);
    }
  }

  private void torch(List<Variant> all, int batch) {
    for (Mode mode : Mode.values()) {
      torch(all, mode, false, batch);
      if (batch == 1) {
        torch(all, mode, true, batch);
      }
    }
  }

  private void onnx(
      List<Variant> all,
      String runtime,
      Precision precision,
      String weights,
      Products products,
      int batch,
      int threads) {
    Program program = precision == Precision.FP32 ? model.program() : programs.get(precision);
    byte[] graph = StepGraph.ofWhole(program, products);
    Step step = new OnnxStep(graph, model.spec().node(), noise, batch, threads);
    all.add(new Variant(runtime, weights, "", batch, graph.length, true, step));
  }

  private void torch(List<Variant> all, Mode mode, boolean addmv, int batch) {
    Step step = new LibtorchStep(model.spec().node(), model.weights(), noise, batch, mode, addmv);
    String runtime = mode == Mode.EAGER ? Variant.EAGER : Variant.SCRIPT;
    long bytes = model.weights().values().values().stream().mapToLong(w -> 4L * w.length).sum();
    String setting = addmv ? "addmv" : "linear";
    all.add(new Variant(runtime, Bench.name(Precision.FP32), setting, batch, bytes, false, step));
  }
}
