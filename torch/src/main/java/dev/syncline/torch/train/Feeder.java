package dev.syncline.torch.train;

import dev.syncline.json.InputException;
import dev.syncline.torch.train.Examples.Example;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Batches of training examples, made one thread ahead of the training. What is in batch {@code b}
 * of epoch {@code e} follows from the seed alone.
 */
final class Feeder implements AutoCloseable {
  private static final int AHEAD = 3;

  private final Examples examples;
  private final TrainConfig config;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("feeder").daemon().factory());
  private final Deque<Future<List<Example>>> ready = new ArrayDeque<>();
  private final long batches;
  private long next;

  /**
   * @param firstBatch counted over all epochs
   */
  Feeder(Examples examples, TrainConfig config, long firstBatch) {
    this.examples = examples;
    this.config = config;
    batches = (long) config.epochs() * perEpoch(examples, config);
    next = firstBatch;
  }

  static int perEpoch(Examples examples, TrainConfig config) {
    return Math.ceilDiv(examples.size(), config.batch());
  }

  /** The next batch. */
  List<Example> next() {
    while (ready.size() < AHEAD && next < batches) {
      long batch = next++;
      ready.add(worker.submit(() -> make(batch)));
    }
    try {
      return ready.remove().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException cause) {
        throw new InputException(cause.getMessage(), cause);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private List<Example> make(long batch) {
    int perEpoch = perEpoch(examples, config);
    long epoch = batch / perEpoch;
    int first = (int) (batch % perEpoch) * config.batch();
    int[] order = order(epoch);
    List<Example> list = new ArrayList<>();
    for (int i = first; i < Math.min(first + config.batch(), order.length); i++) {
      long seed = mix(config.seed(), epoch, order[i]);
      Example e = examples.augmented(order[i], config.augmentation(), seed);
      if (config.cropTicks() > 0 && e.ticks() > config.cropTicks()) {
        int from =
            new SplittableRandom(seed ^ 0x43524f50).nextInt(e.ticks() - config.cropTicks() + 1);
        e = Examples.crop(e, from, config.cropTicks());
      }
      list.add(e);
    }
    return list;
  }

  private int[] order(long epoch) {
    SplittableRandom random = new SplittableRandom(mix(config.seed(), epoch, -1));
    int[] order = new int[examples.size()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** One seed for each place at which chance is needed. */
  static long mix(long seed, long a, long b) {
    long x = seed * 0x9E3779B97F4A7C15L + a * 0xBF58476D1CE4E5B9L + b * 0x94D049BB133111EBL;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  @Override
  public void close() {
    worker.shutdownNow();
    try {
      worker.awaitTermination(10, java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
