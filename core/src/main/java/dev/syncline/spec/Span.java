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

  /** Places for rows that have left the newest; they are filled from place 0 on. */
  default int kept() {
    return 0;
  }

  /** Whether row m is kept when it leaves the newest rows. */
  default boolean keeps(long m) {
    return false;
  }

  /** How many of the rows before row m are kept when they leave, forgotten ones included. */
  default long keptBefore(long m) {
    return 0;
  }

  /** Of the rows that are ever kept, the index in the stream of number i. */
  default long keptRow(long i) {
    return -1;
  }

  /** Rows from the oldest that is ever seen to the newest, or {@link Reach#UNLIMITED}. */
  default long reach() {
    return recent();
  }

  /** Whether row n sees row m. */
  default boolean sees(long n, long m) {
    if (m < 0 || m > n) {
      return false;
    } else if (n - m < recent()) {
      return n - m < seen(n);
    }
    return keeps(m) && keptBefore(m) >= keptBefore(gone(n)) - kept();
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
    public boolean keeps(long m) {
      return m < first;
    }

    @Override
    public long keptBefore(long m) {
      return Math.min(m, first);
    }

    @Override
    public long keptRow(long i) {
      return i;
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
    public boolean keeps(long m) {
      return (m + 1) % stride == 0;
    }

    @Override
    public long keptBefore(long m) {
      return m / stride;
    }

    @Override
    public long keptRow(long i) {
      return (i + 1) * stride - 1;
    }

    @Override
    public long reach() {
      return rows + (long) stride * count;
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
    public int recent() {
      return rows * (before + 1);
    }

    @Override
    public int seen(long n) {
      return (int) Math.min(n + 1, (long) before * rows + n % rows + 1);
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
