package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Values made once, beside others. */
class DeferredTest {
  @Test
  void aValueIsMadeOnce() {
    AtomicInteger made = new AtomicInteger();
    Deferred<Integer> value = new Deferred<>(made::incrementAndGet).beside();
    assertThat(value.get()).isOne();
    value.make();
    assertThat(value.settled()).contains(1);
    assertThat(made).hasValue(1);
  }

  @Test
  void whatMakingThrowsIsThrownAgain() {
    var refused = new IllegalArgumentException("no");
    Deferred<String> value =
        new Deferred<>(
            () -> {
              throw refused;
            });
    assertThatThrownBy(value::get).isSameAs(refused);
    assertThat(value.settled()).isEmpty();
  }

  /** What is given back next must not be in use any more. */
  @Test
  void anInterruptedThreadStillWaitsForWhatIsBeingMade() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Deferred<Integer> value =
        new Deferred<>(
                () -> {
                  begun.countDown();
                  Thread.sleep(100);
                  return 7;
                })
            .beside();
    begun.await();
    Thread.currentThread().interrupt();
    assertThatThrownBy(value::get).hasMessageContaining("interrupted");
    assertThat(value.settled()).contains(7);
    assertThat(Thread.interrupted()).isTrue();
  }
}
