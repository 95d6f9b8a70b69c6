package dev.syncline.spec;

/**
 * Which rows of a stream a row attends to: of the newest rows, itself among them, and of those that
 * have left them and are kept. Everything follows from the rows' indices, counted from the stream's
 * start, so that no position is ever stored.
 */
public sealed interface Span {

  /** Rows of the cache of the newest rows. */
  int recent();

  /** How many of the newest rows row n sees, itself included; at most {@link #recent}. */
  default int seen(long n) {
    return (int) Math.min(recent(), n + 1);
  }

  /** Places, behind those of the newest, for rows that have left them. */
  default int kept() {
    return 0;
  }

  /**
   * Which of the kept places holds row m, gone from the newest, when row n is the newest; or -1.
   */
  default int keptPlace(long n, long m) {
    return -1;
  }

  /** The oldest row in one of the kept places when row n is the newest; -1 for an empty one. */
  default long keptRow(long n, int place) {
    return -1;
  }

  /** Whether how far a row sees depends on its number. */
  default boolean phased() {
    return false;
  }

  /** Rows from the oldest that is ever seen to the newest, or {@link Reach#UNLIMITED}. */
  default long reach() {
    return recent();
  }

  /** Places of the newest rows and, behind them, of those that are kept. */
  default int places() {
    return recent() + kept();
  }

  /** The place of row m when row n is the newest; -1 if row n does not see it. */
  default int place(long n, long m) {
    if (m < 0 || m > n) {
      return -1;
    } else if (n - m < recent()) {
      return n - m < seen(n) ? (int) (m % recent()) : -1;
    }
    int kept = keptPlace(n, m);
    return kept < 0 ? -1 : recent() + kept;
  }

  /** The oldest row in a place when row n is the newest; below 0 for an empty one. */
  default long row(long n, int place) {
    return place < recent() ? n - Math.floorMod(n - place, recent()) : keptRow(n, place - recent());
  }

  /** How many rows have left the newest when row n is among them. */
  default long gone(long n) {
    return Math.max(0, n + 1 - recent());
  }

  /** The last {@code rows} rows; as many as the longest stream for a cache without a limit. */
  record Window(int rows) implements Span {
    public Window {
      Layer.positive("rows", rows);
      limited("rows", rows);
    }

    @Override
    public int recent() {
      return rows;
    }
  }

  /** The last {@code rows} rows and the stream's first ones for ever (Xiao et al. 2024). */
  record Sinks(int first, int rows) implements Span {
    public Sinks {
      Layer.positive("first", first);
      Layer.positive("rows", rows);
      limited("first + rows", (long) first + rows);
    }

    @Override
    public int recent() {
      return rows;
    }

    @Override
    public int kept() {
      return first;
    }

    @Override
    public int keptPlace(long n, long m) {
      return m < first ? (int) m : -1;
    }

    @Override
    public long keptRow(long n, int place) {
      return place < gone(n) ? place : -1;
    }

    @Override
    public long reach() {
      return Reach.UNLIMITED;
    }
  }

  /**
   * The last {@code rows} rows and, before them, the last of each {@code stride} rows, {@code
   * count} of those (the fixed pattern of Child et al. 2019, section 4.3).
   */
  record Strided(int rows, int stride, int count) implements Span {
    public Strided {
      Layer.positive("rows", rows);
      Layer.positive("stride", stride);
      Layer.positive("count", count);
      limited("rows + stride·count", rows + (long) stride * count);
    }

    @Override
    public int recent() {
      return rows;
    }

    @Override
    public int kept() {
      return count;
    }

    @Override
    public int keptPlace(long n, long m) {
      boolean kept = (m + 1) % stride == 0 && m / stride >= gone(n) / stride - count;
      return kept ? (int) (m / stride % count) : -1;
    }

    @Override
    public long keptRow(long n, int place) {
      long newest = gone(n) / stride - 1;
      long number = newest - Math.floorMod(newest - place, count);
      return number < 0 ? -1 : (number + 1) * stride - 1;
    }

    @Override
    public long reach() {
      return rows + (long) stride * count;
    }

    @Override
    public boolean phased() {
      return true;
    }
  }

  /**
   * The rows of its own block of {@code rows} so far, and all of the {@code before} blocks before
   * it (the local blocks of Zaheer et al. 2020, section 2, without those that lie ahead).
   */
  record Blocks(int rows, int before) implements Span {
    public Blocks {
      Layer.positive("rows", rows);
      if (before < 0) {
        throw new IllegalArgumentException("before must not be negative, is " + before);
      }
      limited("rows·(before + 1)", rows * (before + 1L));
    }

    @Override
    public boolean phased() {
      return true;
    }

    @Override
    public int recent() {
      return rows * (before + 1);
    }

    @Override
    public int seen(long n) {
      return (int) Math.min(n + 1, (long) before * rows + n % rows + 1);
    }
  }

  /**
   * The last {@code recent} rows and, before them, summaries of all older ones: level l = 1, 2, ...
   * has {@code slots} summaries, each of up to branch^l rows in succession, the stream being cut at
   * the multiples of that. A row that leaves the newest joins the summary of level 1 in which it
   * lies; when a level needs a place for a new summary, its oldest joins that of the next level in
   * which it lies; what leaves the last level joins one summary of all that is older. A summary is
   * the mean of keys, the mean of values and the count of its valid rows, and is attended to as if
   * its rows were all alike.
   */
  record Summaries(int recent, int branch, int slots, int levels) implements Span {
    public Summaries {
      Layer.positive("recent", recent);
      Layer.positive("slots", slots);
      Layer.positive("levels", levels);
      if (branch < 2) {
        throw new IllegalArgumentException(
            "branch must be at least 2 summaries to a summary of the next level, is " + branch);
      }
      limited("recent + slots·levels", recent + (long) slots * levels);
      long rows = 1;
      for (int l = 0; l < levels && rows <= Layer.MAX_ROWS; l++) {
        rows *= branch;
      }
      limited("branch^levels", rows);
    }

    @Override
    public int kept() {
      return slots * levels + 1;
    }

    @Override
    public int keptPlace(long n, long m) {
      long left = gone(n);
      long size = 1;
      for (int level = 0; level < levels; level++) {
        size *= branch;
        left = left(left, size);
        if (m >= left) {
          return level * slots + (int) (m / size % slots);
        }
      }
      return kept() - 1;
    }

    @Override
    public long keptRow(long n, int place) {
      long came = gone(n);
      long left = came;
      long size = 1;
      for (int level = 0; level < levels && level <= place / slots; level++) {
        size *= branch;
        came = left;
        left = left(came, size);
      }
      if (place == kept() - 1) {
        return left > 0 ? 0 : -1;
      }
      long newest = Math.ceilDiv(came, size) - 1;
      long summary = newest - Math.floorMod(newest - place % slots, slots);
      return summary < 0 ? -1 : summary * size;
    }

    /**
     * Of the rows that have come to a level of summaries of {@code size}, how many have left it.
     */
    private long left(long came, long size) {
      return Math.max(0, Math.ceilDiv(came, size) - slots) * size;
    }

    @Override
    public long reach() {
      return Reach.UNLIMITED;
    }
  }

  /** Refuses what would remember too many rows. */
  static void limited(String name, long rows) {
    if (rows > Layer.MAX_ROWS) {
      throw new IllegalArgumentException(
          name + " must be at most " + Layer.MAX_ROWS + " rows, is " + rows);
    }
  }
}
