package dev.syncline.data;

import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Clips through a session, and their annotations on its ticks. */
public final class ClipRows {
  private ClipRows() {}

  /** The rows that the tree reads of a whole clip, made by the code that streams. */
  public static Map<String, Block> rows(
      Session session, Dataset data, Clip clip, ClipPackets.Samples changes) {
    ModelSpec spec = session.model().spec();
    int ticks = ClipPackets.ticks(clip, spec.tick());
    Map<String, Block> rows = new LinkedHashMap<>();
    session
        .modalities()
        .forEach(name -> rows.put(name, Block.empty(spec.inputs().get(name), ticks)));
    BooleanSupplier advance =
        () ->
            session.state().tick() < ticks
                && session.advanceRows(rows, (int) session.state().tick());
    session.reset();
    ClipPackets packets = new ClipPackets(data, clip, spec, session.modalities(), 0, changes);
    for (Packet p = packets.next(); p != null; p = packets.next()) {
      session.feed(p, advance);
    }
    session.drain(spec.tick().ns() * ticks, advance);
    return rows;
  }

  /** The label that holds where an output of one label has no event. */
  public static final String BACKGROUND = "background";

  /**
   * The labels of an output where one label holds at a time: the data set's classes, and {@value
   * #BACKGROUND} if there is a tick in which none holds.
   *
   * @throws InputException if two hold in one tick
   */
  public static List<String> exclusive(Dataset data, String track, Tick tick) {
    boolean gaps = false;
    for (String id : data.clips()) {
      gaps |= hasGaps(data.clip(id), track, tick);
    }
    List<String> labels = new ArrayList<>(data.classes());
    if (gaps && !labels.contains(BACKGROUND)) {
      labels.add(BACKGROUND);
    }
    return List.copyOf(labels);
  }

  private static boolean hasGaps(Clip clip, String track, Tick tick) {
    boolean gaps = false;
    for (int t = 0; t < ClipPackets.ticks(clip, tick); t++) {
      double timeS = (t + 0.5) * tick.seconds();
      List<String> on =
          clip.events(track).stream()
              .filter(e -> e.covers(timeS))
              .map(Event::label)
              .distinct()
              .toList();
      if (on.size() > 1) {
        throw new InputException(
            "clip %s: %s: %s at %.3f s: one label at a time asks for events that exclude each other"
                .formatted(clip.id(), track, String.join(" and ", on), timeS));
      }
      gaps |= on.isEmpty();
    }
    return gaps;
  }

  /** Whether a label of an output means that there is no event. */
  public static boolean isBackground(Output output, int label) {
    return output.kind() == Output.Kind.ONE_LABEL && output.labels().get(label).equals(BACKGROUND);
  }

  /**
   * Which labels of an output hold in each tick: those whose event covers the tick's middle. Where
   * exactly one holds at a time, the first of several, and {@value #BACKGROUND} where there is
   * none.
   *
   * @return [ticks][labels]
   */
  public static boolean[][] labels(Clip clip, Output output, int ticks, Tick tick) {
    List<String> labels = output.labels();
    boolean[][] on = new boolean[ticks][labels.size()];
    for (Event event : clip.events(output.track())) {
      int label = labels.indexOf(event.label());
      if (label < 0) {
        throw new InputException(
            "clip %s: the label \"%s\" at %.3f s is not one of the model's"
                .formatted(clip.id(), event.label(), event.startS()));
      }
      for (int t = 0; t < ticks; t++) {
        on[t][label] |= event.covers((t + 0.5) * tick.seconds());
      }
    }
    if (output.kind() == Output.Kind.ONE_LABEL) {
      for (int t = 0; t < ticks; t++) {
        keepOne(on[t], labels.indexOf(BACKGROUND), clip, t * tick.seconds());
      }
    }
    return on;
  }

  private static void keepOne(boolean[] on, int background, Clip clip, double timeS) {
    boolean found = false;
    for (int c = 0; c < on.length; c++) {
      on[c] &= !found;
      found |= on[c];
    }
    if (!found && background < 0) {
      throw new InputException(
          "clip %s: nothing is labelled at %.3f s: add the label \"background\" to the output, or label it"
              .formatted(clip.id(), timeS));
    } else if (!found) {
      on[background] = true;
    }
  }
}
