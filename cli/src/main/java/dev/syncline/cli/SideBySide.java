package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.FeatureCache;
import dev.syncline.json.InputException;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.torch.train.RunFolder;
import dev.syncline.torch.train.TrainConfig;
import dev.syncline.torch.train.Trainer;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Trainings of one data set on two threads. Each ends in the same bytes as it would alone: a
 * training has its own random numbers and computes on one thread.
 */
final class SideBySide {
  private static final int THREADS = 2;

  /** Hears of every step of every training. */
  interface Listener {
    void progress(String name, Trainer.Progress progress);
  }

  private final Dataset data;
  private final Path cache;
  private volatile boolean over;

  SideBySide(Dataset data, Path cache) {
    this.data = data;
    this.cache = cache;
  }

  /**
   * Makes the rows of all clips, so that no training waits for them.
   *
   * @param folder in which the spec's encoders are
   */
  void makeRows(ModelSpec spec, Path folder, IntConsumer done) {
    List<Clip> clips = data.clips().stream().map(data::clip).toList();
    Weights any = Weights.random(spec.parameters(), 0);
    Model model = Model.of(spec, any, new PlainKernels(), folder, Models::encoder);
    AtomicInteger count = new AtomicInteger();
    List<Callable<Void>> jobs = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      jobs.add(
          () -> {
            try (FeatureCache features = new FeatureCache(cache, data, model)) {
              for (int k = first; k < clips.size(); k += THREADS) {
                features.rows(clips.get(k));
                done.accept(count.incrementAndGet());
              }
            }
            return null;
          });
    }
    run(jobs);
  }

  /**
   * Trains models, each in the folder of its name.
   *
   * @param models by name; the next one begins as soon as a thread is free
   */
  void train(Map<String, ModelSpec> models, TrainConfig config, Path runs, Listener listener) {
    List<Callable<Void>> jobs = new ArrayList<>();
    models.forEach(
        (name, spec) ->
            jobs.add(
                () -> {
                  RunConfig both = new RunConfig(spec, config);
                  try (RunFolder run =
                      RunFolder.open(runs.resolve(name), Records.write(both), false)) {
                    TrainCommand.train(
                        run,
                        both,
                        data,
                        cache,
                        p -> {
                          stopIfOver();
                          listener.progress(name, p);
                        });
                  }
                  return null;
                }));
    run(jobs);
  }

  /** One that failed ends the others at their next step. */
  private void stopIfOver() {
    if (over) {
      throw new CancellationException();
    }
  }

  /** Does jobs on the threads, in order; the first that fails ends the others. */
  void run(List<Callable<Void>> jobs) {
    try (ExecutorService pool =
        Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().daemon().factory())) {
      try {
        CompletionService<Void> ended = new ExecutorCompletionService<>(pool);
        jobs.forEach(ended::submit);
        for (int i = 0; i < jobs.size(); i++) {
          ended.take().get();
        }
      } finally {
        over = true;
        pool.shutdownNow();
      }
      over = false;
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
}
