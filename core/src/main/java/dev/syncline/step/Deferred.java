package dev.syncline.step;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** A value that is made once, by the first thread that comes for it; others wait. */
final class Deferred<T> implements Supplier<T> {
  private final FutureTask<T> task;

  Deferred(Callable<T> make) {
    task = new FutureTask<>(make);
  }

  /**
   * Has it made by a thread of its own: the pool of the JVM has but one on two cores, where values
   * would be made one after another.
   */
  Deferred<T> beside() {
    Thread.ofPlatform().daemon().name("syncline-load").start(task);
    return this;
  }

  /** Makes it, unless a thread has begun to; {@link #get} says what went wrong. */
  void make() {
    task.run();
  }

  /** Makes it or waits for it; throws what making it threw. */
  @Override
  public T get() {
    task.run();
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error; // no memory left, for example
      }
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a model was loaded", e);
    }
  }

  /** What was made, if it was: waits for the thread that makes it, even where interrupted. */
  Optional<T> settled() {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        task.run();
        try {
          return Optional.ofNullable(task.get());
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return Optional.empty();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
