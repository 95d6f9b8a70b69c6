package dev.syncline.metric;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/**
 * A source (a file, as a rule), and a clip in it where {@code clip} is not empty: the checks that
 * truth and predictions share, each of which names source, clip and field when it refuses.
 */
record Place(String source, String clip) {

  InputException bad(String field, String what) {
    String at = clip.isEmpty() ? "" : ": clip \"" + clip + "\"";
    return new InputException(source + at + ": " + field + ": " + what);
  }

  /** Refuses a list that has not as many items as there are ticks, classes and so on. */
  void length(String field, int is, int must, String what) {
    if (is != must) {
      throw bad(field, "must have one item for each of the " + must + " " + what + ", has " + is);
    }
  }

  /** Refuses a [rows][columns] array that holds another number of columns or a non-probability. */
  void probabilities(String field, double[][] values, int columns, String what) {
    for (int i = 0; i < values.length; i++) {
      length(field + "[" + i + "]", values[i].length, columns, what);
      probabilities(field + "[" + i + "]", values[i]);
    }
  }

  void probabilities(String field, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] <= 1)) {
        throw bad(field + "[" + i + "]", "must be from 0 to 1, is " + values[i]);
      }
    }
  }

  void finite(String field, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw bad(field + "[" + i + "]", "must be a finite number, is " + values[i]);
      }
    }
  }

  void known(String field, String kind, String name, Collection<String> names) {
    if (!names.contains(name)) {
      throw bad(field, "unknown " + kind + " \"" + name + "\"" + Field.hint(name, names));
    }
  }

  void distinct(String field, List<String> names) {
    HashSet<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw bad(field, "\"" + name + "\" is there twice");
      }
    }
  }

  void events(List<Event> events, int classes) {
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      String field = "events[" + i + "]";
      if (e.classIndex() < 0 || e.classIndex() >= classes) {
        throw bad(field + ".class", "has index " + e.classIndex() + " of " + classes + " classes");
      }
      if (!Double.isFinite(e.onsetS())) {
        throw bad(field + ".onset_s", "must be a finite number, is " + e.onsetS());
      }
      if (!(e.offsetS() >= e.onsetS())) {
        throw bad(
            field + ".offset_s", "is " + e.offsetS() + ", before onset_s, which is " + e.onsetS());
      }
      if (e.emittedS().isPresent() && !Double.isFinite(e.emittedS().getAsDouble())) {
        throw bad(field + ".emitted_s", "must be a finite number");
      }
    }
  }
}
