package dev.syncline.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import dev.syncline.TinyModel;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Batch;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class OnnxBackendTest {
  private static final int TICKS = 60;
  private static final int STREAMS = 7;

  /** Pushes a tick of one stream; a picture is missing now and then. */
  private static void push(Session session, int stream, int t) {
    float[] sound = TinyModel.sound(TICKS, stream);
    if ((t + stream) % 5 != 3) {
      session.push(TinyModel.picture(t, stream));
    }
    if (session.modalities().contains(TinyModel.SYMBOLS)) {
      long ns = t * TinyModel.TICK.ns();
      session.push(TinyModel.SYMBOLS, ns, new float[] {(t + stream) % 5}, 0, 1);
      session.push(TinyModel.SYMBOLS, ns + 50_000_000, new float[] {t % 5}, 0, 1);
    }
    int samples = TinyModel.TICK_SAMPLES;
    session.push(TinyModel.samples(sound, t * samples, (t + 1) * samples));
  }

  private static void assertClose(Session a, Session b, double bar) {
    for (String output : a.model().spec().outputs().keySet()) {
      assertThat(a.decided(output)).isEqualTo(b.decided(output));
      float[] p = a.probabilities(output);
      float[] q = b.probabilities(output);
      for (int i = 0; i < p.length; i++) {
        assertThat((double) p[i]).isCloseTo(q[i], org.assertj.core.data.Offset.offset(bar));
      }
    }
  }

  /** A stream goes on from the state of another. */
  private static void replace(Session to, Session from) {
    to.state().restore(from.state().snapshot());
  }

  @Test
  void aStreamGoesOnWithAnotherBackend() {
    Model own = TinyModel.model(TinyModel.spec(), 4);
    Model onnx = own.by(OnnxBackend.of(own.program(), 1));
    try (Session a = own.open(Session.SILENT);
        Session b = onnx.open(Session.SILENT)) {
      for (int t = 0; t < TICKS; t++) {
        if (t % 7 == 3) {
          replace(a, b);
        } else if (t % 7 == 6) {
          replace(b, a);
        }
        push(a, 1, t);
        push(b, 1, t);
        assertThat(a.advance()).isEqualTo(b.advance());
        assertClose(a, b, 1e-5);
      }
      assertThat(b.state().tick()).isGreaterThan(50);
    }
  }

  @Test
  void everyTensorIsClosedOnce() {
    List<LogRecord> said = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord r) {
            said.add(r);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(OnnxTensor.class.getName());
    logger.addHandler(handler);
    try {
      Model own = TinyModel.model(TinyModel.everyLayer(), 4);
      StepRunner runner = new StepRunner(StepGraph.of(own.program(), Products.OWN), 3, 1);
      runner.run(0, 2);
      runner.run(0, 3);
      runner.close();
      assertThat(said).isEmpty();
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void theFasterOneIsTakenForEachNumberOfStreams() {
    Model own = TinyModel.model(TinyModel.spec(), 4);
    AutoBackend.Choice choice = AutoBackend.choose(own.program(), 20);
    assertThat(choice.measured())
        .extracting(AutoBackend.Measured::streams)
        .containsExactly(1, 4, 16);
    assertThat(choice.measured())
        .allSatisfy(m -> assertThat(Math.min(m.ownNs(), m.onnxNs())).isPositive());
    assertThat(choice.describe())
        .startsWith("1 stream: own ")
        .contains("; 16 streams: ", ": takes ");
    Model auto = own.by(choice.backends());
    try (Session a = own.open(Session.SILENT);
        Session b = auto.open(Session.SILENT)) {
      for (int t = 0; t < 20; t++) {
        push(a, 1, t);
        push(b, 1, t);
        assertThat(a.advance()).isEqualTo(b.advance());
        assertClose(a, b, 1e-5);
      }
    }
  }

  @Test
  void aBatchOfStreamsSaysWhatTheProgramSays() {
    for (ModelSpec spec : List.of(TinyModel.spec(), TinyModel.everyLayer())) {
      Model own = TinyModel.model(spec, 4);
      Model onnx = own.by(OnnxBackend.of(own.program(), 1));
      List<Session> alone = new ArrayList<>();
      List<Session> together = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        alone.add(own.open(Session.SILENT));
        together.add(onnx.open(Session.SILENT));
      }
      SplittableRandom random = new SplittableRandom(2);
      int[] at = new int[STREAMS];
      try (Batch batch = new Batch(onnx, 4)) {
        for (int round = 0; round < 50; round++) {
          for (int i = 0; i < STREAMS; i++) {
            if (random.nextInt(3) > 0) {
              push(alone.get(i), i, at[i]);
              push(together.get(i), i, at[i]++);
            }
          }
          if (round % 10 == 9) {
            replace(together.get(2), together.get(5));
            replace(alone.get(2), alone.get(5));
            at[2] = at[5];
          }
          for (Session session : alone) {
            while (session.advance()) {
              // all ticks that are there
            }
          }
          while (batch.advance(together) > 0) {
            // all ticks that are there
          }
          for (int i = 0; i < STREAMS; i++) {
            assertThat(together.get(i).state().tick()).isEqualTo(alone.get(i).state().tick());
            assertClose(together.get(i), alone.get(i), 1e-5);
          }
        }
      }
      alone.forEach(Session::close);
      together.forEach(Session::close);
    }
  }
}
