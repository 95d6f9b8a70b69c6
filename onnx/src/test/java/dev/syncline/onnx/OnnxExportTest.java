package dev.syncline.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.syncline.TinyModel;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.onnx.ModelProto;
import org.bytedeco.onnx.global.onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxExportTest {
  private static Model model(Precision precision) {
    return TinyModel.model(TinyModel.everyLayer(), 5, Kernels.best(), precision);
  }

  /** ONNX's own checker; it throws what it finds. */
  static void check(byte[] graph) {
    Loader.load(onnx.class);
    try (BytePointer bytes = new BytePointer(graph);
        ModelProto proto = new ModelProto()) {
      assertThat(onnx.ParseProtoFromBytes(proto, bytes, graph.length)).isTrue();
      onnx.check_model(proto);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FP32", "FP16", "INT8"})
  void theModelOfEveryLayerPassesTheCheckerAndEqualsItsStep(Precision precision) {
    Model model = model(precision);
    byte[] graph = OnnxExport.step(model, precision);
    check(graph);
    var rows = Verification.random(model.program(), 5, 200, 3);
    assertThat(Verification.differences(graph, model.program(), rows))
        .containsKeys("y.heard", "y.seen", "state.gru.h")
        .allSatisfy((name, d) -> assertThat(d).as(name).isLessThan(Verification.bar(precision)));
  }

  @ParameterizedTest
  @EnumSource(names = {"FP32", "FP16", "INT8"})
  void theSequenceEqualsTheStep(Precision precision) {
    Model model = model(precision);
    byte[] graph = OnnxExport.sequence(model, precision);
    check(graph);
    var rows = Verification.random(model.program(), 1, 150, 3);
    assertThat(Verification.sequenceDifferences(graph, model.program(), rows))
        .containsKeys("y.heard", "y.seen", "next.gru.h")
        .allSatisfy((name, d) -> assertThat(d).as(name).isLessThan(Verification.bar(precision)));
  }

  @Test
  void theCheckerFindsAnUnknownInput() {
    var broken = GraphBuilder.value("y", ai.onnx.proto.OnnxMl.TensorProto.DataType.FLOAT, 1);
    var node =
        ai.onnx.proto.OnnxMl.NodeProto.newBuilder()
            .setOpType("Relu")
            .addInput("nowhere")
            .addOutput("y");
    var graph =
        ai.onnx.proto.OnnxMl.GraphProto.newBuilder()
            .setName("g")
            .addNode(node)
            .addOutput(broken)
            .build();
    byte[] bytes = StepGraph.model(graph, Map.of()).toByteArray();
    assertThatThrownBy(() -> check(bytes)).hasMessageContaining("nowhere");
  }

  @Test
  void aWrongGraphIsFound() {
    Model model = model(Precision.FP32);
    byte[] other = OnnxExport.step(TinyModel.model(TinyModel.everyLayer(), 6), Precision.FP32);
    var rows = Verification.random(model.program(), 1, 20, 3);
    assertThat(Verification.differences(other, model.program(), rows).get("y.heard"))
        .isGreaterThan(1e-2);
  }

  @Test
  void theFileSaysWhatItsNumbersMean() throws OrtException {
    byte[] graph = OnnxExport.step(model(Precision.INT8), Precision.INT8);
    try (OrtSession session = StepRunner.open(graph, 1)) {
      Map<String, String> said = session.getMetadata().getCustomMetadata();
      assertThat(said)
          .containsEntry("format", "syncline-onnx/1")
          .containsEntry("precision", "int8")
          .containsEntry("tick_ms", "100.0")
          .containsEntry("delay_ticks", "2")
          .containsEntry("labels.heard", "[\"bell\",\"drum\",\"horn\"]")
          .containsKeys("modality.audio", "modality.visual", "output.seen", "in_place");
      assertThat(session.getInputNames())
          .contains("x.audio", "x_valid.audio", "tick", "state.gru.h");
      assertThat(session.getOutputNames()).containsAll(Set.of("y.seen", "p.seen", "next.gru.h"));
    }
  }

  @Test
  void probabilitiesAreThoseOfTheOutputsKind() {
    try (StepRunner runner =
        new StepRunner(OnnxExport.step(model(Precision.FP32), Precision.FP32), 2, 1)) {
      Random random = new Random(1);
      for (String name : model(Precision.FP32).program().inputs().keySet()) {
        var x = runner.input("x." + name);
        for (int i = 0; i < x.capacity(); i++) {
          x.put(i, name.equals(TinyModel.SYMBOLS) ? random.nextInt(5) : random.nextFloat());
        }
        var valid = runner.input("x_valid." + name);
        for (int i = 0; i < valid.capacity(); i++) {
          valid.put(i, 1);
        }
      }
      runner.run();
      runner.run();
      runner.run();
      for (int i = 0; i < 6; i++) {
        double logit = runner.output("y.heard").get(i);
        assertThat((double) runner.output("p.heard").get(i))
            .isCloseTo(1 / (1 + Math.exp(-logit)), org.assertj.core.data.Offset.offset(1e-6));
      }
      for (int i = 0; i < 4; i += 2) {
        float sum = runner.output("p.seen").get(i) + runner.output("p.seen").get(i + 1);
        assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-6f));
        assertThat(runner.output("p.seen").get(i) > 0.5)
            .isEqualTo(runner.output("y.seen").get(i) > runner.output("y.seen").get(i + 1));
      }
    }
  }
}
