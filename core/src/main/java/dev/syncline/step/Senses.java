package dev.syncline.step;

import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Shape;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All modalities' ways from packets to the rows that the tree reads, with their places in slab,
 * longs and scratch. Its encoders belong to one session.
 */
final class Senses implements AutoCloseable {
  /** One modality: rows of the front end in {@code rows}, those of the tree in {@code input}. */
  record Sense(Intake intake, Encoder encoder, EncoderOp op, Buffer rows, Buffer input) {}

  private final Map<String, Sense> senses = new LinkedHashMap<>();
  private int floats;
  private int longs;
  private int scratch;
  private final int work;
  private final Sense[] all;

  /** Lays out the given modalities behind what the model's program needs. */
  Senses(Model model, Set<String> modalities, int firstLong) {
    ModelSpec spec = model.spec();
    floats = model.program().stateSize();
    longs = firstLong;
    scratch = model.program().scratchSize();
    List<Encoder> opened = new ArrayList<>();
    try {
      spec.modalities()
          .forEach(
              (name, m) -> {
                if (!modalities.contains(name)) {
                  return;
                }
                m.encoder()
                    .ifPresent(
                        e ->
                            opened.add(
                                model.encoders().apply(model.folder().resolve(e.file()), e)));
                Encoder encoder = m.encoder().isPresent() ? opened.getLast() : null;
                senses.put(name, sense(model, m, encoder, model.program().inputs().get(name)));
              });
    } catch (RuntimeException e) {
      opened.forEach(Encoder::close);
      throw e;
    }
    all = senses.values().toArray(Sense[]::new);
    work = scratch;
    scratch += senses.values().stream().mapToInt(s -> s.intake.scratchSize()).max().orElse(0);
  }

  private Sense sense(Model model, Modality m, Encoder encoder, Buffer input) {
    Tick tick = model.spec().tick();
    Intake intake =
        switch (m.frontEnd()) {
          case FrontEnd.Audio a ->
              new AudioIntake(a, tick, model.program().kernels(), floats, longs);
          case FrontEnd.Image i -> new RowIntake(i, tick, encoder != null, floats, longs);
          case FrontEnd.Vector v -> new RowIntake(v, tick, false, floats, longs);
        };
    floats = Math.addExact(floats, intake.floats());
    longs += intake.longs();
    if (encoder == null) {
      return new Sense(intake, null, null, input, input);
    }
    var e = m.encoder().orElseThrow();
    Shape shape = intake.shape();
    Buffer rows = new Buffer(shape, take(shape.rows() * shape.size()), take(shape.rows()));
    int window = take(e.windowRows() == 1 ? 0 : e.windowRows() * shape.size());
    EncoderOp op = new EncoderOp(e, rows, input, floats, window);
    floats = Math.addExact(floats, EncoderOp.floats(e, shape.size(), encoder.stateSize()));
    return new Sense(intake, encoder, op, rows, input);
  }

  private int take(int n) {
    int at = scratch;
    scratch = Math.addExact(scratch, (n + 15) / 16 * 16);
    return at;
  }

  Sense get(String modality) {
    return senses.get(modality);
  }

  /** In the order of the spec; an array, since going through it allocates nothing. */
  Sense[] all() {
    return all;
  }

  Map<String, Sense> byName() {
    return senses;
  }

  int floats() {
    return floats;
  }

  int longs() {
    return longs;
  }

  int scratchSize() {
    return scratch;
  }

  /** First float of the scratch that intakes work in. */
  int work() {
    return work;
  }

  /** Floating point operations of the front ends in a tick, encoders left out. */
  long frontEndFlops() {
    long flops = 0;
    for (Senses.Sense sense : all) {
      flops += sense.intake.flops();
    }
    return flops;
  }

  /** Floating point operations of the frozen encoders in a tick; empty if one does not know. */
  OptionalLong encoderFlops() {
    long flops = 0;
    for (Senses.Sense sense : all) {
      if (sense.op != null) {
        OptionalLong window = sense.encoder.flops();
        if (window.isEmpty()) {
          return window;
        }
        flops += window.getAsLong() * sense.input.rows();
      }
    }
    return OptionalLong.of(flops);
  }

  @Override
  public void close() {
    senses.values().stream().filter(s -> s.encoder != null).forEach(s -> s.encoder.close());
  }
}
