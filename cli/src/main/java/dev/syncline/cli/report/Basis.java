package dev.syncline.cli.report;

import java.util.List;

/**
 * On what the decisions about a clip rest.
 *
 * @param groups of lanes over the clip's time
 * @param maps which past the decisions rest on, side by side
 * @param findings what the maps say together, a sentence each
 */
public record Basis(List<Group> groups, List<HeatMap> maps, List<String> findings) {
  public Basis {
    groups = List.copyOf(groups);
    maps = List.copyOf(maps);
    findings = List.copyOf(findings);
  }

  /**
   * Lanes that belong together.
   *
   * @param track whose colour the title has, -1 for none
   */
  public record Group(String title, String note, int track, List<Share> shares) {
    public Group {
      shares = List.copyOf(shares);
    }
  }

  /**
   * A lane.
   *
   * @param track whose colour it has, -1 for one of its own
   * @param number by which its own colour is chosen
   * @param values one from 0 to 1 for each tick
   */
  public record Share(String name, int track, int number, List<Double> values) {
    public Share {
      values = List.copyOf(values);
      if (number < 0 || !values.stream().allMatch(v -> v >= 0 && v <= 1)) {
        throw new IllegalArgumentException(name + " has values that are no shares");
      }
    }
  }

  /**
   * Time to the right, age downwards.
   *
   * @param track whose colour it has, -1 for none
   * @param ages names of the rows, the newest first
   * @param ticks of the columns, evenly spaced
   * @param values [columns][rows], from 0 on; the first columns may be shorter
   */
  public record HeatMap(
      String title,
      String note,
      int track,
      List<String> ages,
      List<Integer> ticks,
      List<List<Double>> values) {
    public HeatMap {
      ages = List.copyOf(ages);
      ticks = List.copyOf(ticks);
      values = List.copyOf(values);
      int rows = ages.size();
      if (ticks.size() != values.size()
          || !values.stream().allMatch(c -> c.size() <= rows && c.stream().allMatch(v -> v >= 0))) {
        throw new IllegalArgumentException(
            title + ": " + values.size() + " columns for " + ticks.size() + " ticks");
      }
    }

    /** The largest value, 0 where there is none. */
    double most() {
      return values.stream().flatMap(List::stream).mapToDouble(v -> v).max().orElse(0);
    }

    /** Ticks from one column to the next. */
    int step() {
      return ticks.size() < 2 ? 1 : ticks.get(1) - ticks.get(0);
    }
  }
}
