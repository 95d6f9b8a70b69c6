package dev.syncline.cli;

import dev.syncline.data.ClipRows;
import dev.syncline.data.Evaluation;
import dev.syncline.metric.Event;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.torch.train.ParallelForm;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model over the rows of clips, in any of the ways in which it can be run. */
final class Forms implements AutoCloseable {
  enum Form {
    step,
    stream,
    parallel
  }

  /**
   * What was decided about one clip.
   *
   * @param probabilities [ticks][labels] by output
   */
  record Decisions(Map<String, double[][]> probabilities, Evaluation.Told told) {}

  /** An event as it is told, in ticks of the stream. */
  private static final class Told {
    final String output;
    final int label;
    final long onset;
    final long told;
    long offset = -1;

    Told(String output, int label, long onset, long told) {
      this.output = output;
      this.label = label;
      this.onset = onset;
      this.told = told;
    }
  }

  private final ModelSpec spec;
  private final Form form;
  private final List<Told> events = new ArrayList<>();
  private final List<String> classes;
  private final Session session;
  private final Optional<Weights> weights;

  /**
   * @param classes the labels by which events are numbered
   */
  Forms(Model model, Form form, List<String> classes) {
    this.classes = classes;
    this.form = form;
    spec = model.spec();
    weights = form == Form.parallel ? Optional.of(model.weights()) : Optional.empty();
    session = new Session(model, java.util.Set.of(), new Ears(), System::nanoTime);
  }

  private final class Ears implements Session.Sink {
    @Override
    public void opened(String output, int label, long onset, long told, float probability) {
      if (!ClipRows.isBackground(spec.outputs().get(output), label)) {
        events.add(new Told(output, label, onset, told));
      }
    }

    @Override
    public void closed(String output, int label, long onset, long offset, long told) {
      for (Told e : events) {
        if (e.output.equals(output) && e.label == label && e.onset == onset) {
          e.offset = offset;
        }
      }
    }
  }

  /** Decides about a clip; in the stream form it follows the one before without a reset. */
  Decisions run(Map<String, Block> rows) {
    if (weights.isPresent()) {
      var probabilities = ParallelForm.probabilities(spec, weights.get(), List.of(rows)).getFirst();
      return new Decisions(probabilities, Evaluation.Told.NOTHING);
    }
    if (form == Form.step) {
      session.reset();
    }
    events.clear();
    int ticks = rows.values().iterator().next().ticks();
    long first = session.state().tick();
    Map<String, double[][]> probabilities = new LinkedHashMap<>();
    spec.outputs()
        .forEach((name, o) -> probabilities.put(name, new double[ticks][o.labels().size()]));
    for (int t = 0; t < ticks; t++) {
      session.advance(rows, t);
      read(probabilities, first);
    }
    for (int t = 0; form == Form.step && t < spec.delay(); t++) {
      session.advance(empty(), 0);
      read(probabilities, first);
    }
    if (form == Form.step) {
      session.finish();
    }
    return new Decisions(probabilities, told(first, ticks));
  }

  private void read(Map<String, double[][]> probabilities, long first) {
    long tick = session.decisionTick() - first;
    probabilities.forEach(
        (name, rows) -> {
          if (tick >= 0 && tick < rows.length && session.decided(name)) {
            float[] p = session.probabilities(name);
            for (int c = 0; c < p.length; c++) {
              rows[(int) tick][c] = p[c];
            }
          }
        });
  }

  private Map<String, Block> empty() {
    Map<String, Block> rows = new LinkedHashMap<>();
    spec.inputs().forEach((name, shape) -> rows.put(name, Block.empty(shape, 1)));
    return rows;
  }

  /** Events and times on the clip's own clock; a decision is there when its tick has ended. */
  private Evaluation.Told told(long first, int ticks) {
    double tick = spec.tick().seconds();
    List<Event> list = new ArrayList<>();
    for (Told e : events) {
      Output output = spec.outputs().get(e.output);
      double offset = e.offset < 0 ? Event.OPEN : Math.min(ticks, e.offset - first) * tick;
      double onset = Math.max(0, e.onset - first) * tick;
      list.add(
          new Event(
              output.track(),
              classes.indexOf(output.labels().get(e.label)),
              onset,
              offset,
              java.util.OptionalDouble.of((e.told - first) * tick)));
    }
    double[] captured = new double[ticks];
    double[] emitted = new double[ticks];
    for (int t = 0; t < ticks; t++) {
      captured[t] = (t + 1 + spec.delay()) * tick;
      emitted[t] = captured[t];
    }
    return new Evaluation.Told(Optional.of(list), Optional.of(captured), Optional.of(emitted));
  }

  @Override
  public void close() {
    session.close();
  }
}
