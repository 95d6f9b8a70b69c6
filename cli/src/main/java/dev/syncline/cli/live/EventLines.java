package dev.syncline.cli.live;

import java.io.IOException;
import java.util.List;

/** One line for each onset and offset, for pipes, logs and terminals without colour. */
public final class EventLines implements LiveOutput {
  private final Appendable out;
  private final List<String> tracks;
  private final List<String> labels;

  public EventLines(Appendable out, List<String> tracks, List<String> labels) {
    this.out = out;
    this.tracks = tracks.stream().map(Cells::clean).toList();
    this.labels = labels.stream().map(Cells::clean).toList();
  }

  @Override
  public void tick(Tick tick) {
    // Ten lines a second tell a reader nothing; events do.
  }

  @Override
  public void event(Event event) throws IOException {
    String what = labels.get(event.label()) + " " + tracks.get(event.track());
    String line =
        event.opens()
            ? Cells.time(event.onsetS())
                + "  + "
                + what
                + " "
                + Cells.decimals(event.confidence(), 2)
            : Cells.time(event.offsetS().orElseThrow())
                + "  - "
                + what
                + " ("
                + Cells.decimals(event.offsetS().orElseThrow() - event.onsetS(), 2)
                + " s)";
    LiveOutput.send(out, line + "\n");
  }

  @Override
  public void close() {
    // Nothing is held back.
  }
}
