package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model's trunk as an ONNX file, from the rows of a tick to probabilities; front ends and frozen
 * encoders stay outside and are described in its metadata.
 */
public final class OnnxExport {
  /** Version of the file's names and metadata. */
  public static final String FORMAT = "syncline-onnx/1";

  /** Version of ONNX's standard operations. */
  public static final int OPSET = StepGraph.OPSET;

  /** Before the names of a step inside a sequence. */
  private static final String STEP = "step.";

  private OnnxExport() {}

  /** The graph of one step ({@link StepGraph}), with probabilities {@code p.NAME}. */
  public static byte[] step(Model model, Precision precision) {
    return stepModel(model, precision).toByteArray();
  }

  private static ModelProto stepModel(Model model, Precision precision) {
    Map<String, String> metadata = metadata(model.spec(), precision);
    return StepGraph.of(model.program(), model.spec().outputs(), metadata);
  }

  /**
   * The same step in an ONNX Scan: inputs and outputs have a first dimension {@code time}, the
   * states and the tick are those before the first step and after the last.
   */
  public static byte[] sequence(Model model, Precision precision) {
    ModelProto step = stepModel(model, precision);
    GraphProto body = body(step.getGraph());
    List<String> ins = new ArrayList<>();
    List<String> outs = new ArrayList<>();
    GraphProto.Builder graph = GraphProto.newBuilder().setName("sequence");
    for (ValueInfoProto in : body.getInputList()) {
      ValueInfoProto outer = outer(in);
      ins.add(outer.getName());
      graph.addInput(outer);
    }
    for (ValueInfoProto out : body.getOutputList()) {
      ValueInfoProto outer = outer(out);
      outs.add(outer.getName());
      graph.addOutput(outer);
    }
    long scanned = ins.stream().filter(name -> name.startsWith("x")).count();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Scan")
            .addAllInput(ins)
            .addAllOutput(outs)
            .addAttribute(attribute("body", body))
            .addAttribute(attribute("num_scan_inputs", scanned)));
    Map<String, String> metadata = new LinkedHashMap<>();
    step.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    metadata.put("graph", "sequence");
    metadata.remove(StepGraph.IN_PLACE);
    return StepGraph.model(graph.build(), metadata).toByteArray();
  }

  /** A step as a Scan wants it: what is carried first, the tick with it, all names its own. */
  private static GraphProto body(GraphProto step) {
    GraphProto.Builder body = step.toBuilder().clearInput().clearOutput();
    List<ValueInfoProto> scanned = new ArrayList<>();
    for (ValueInfoProto in : step.getInputList()) {
      if (in.getName().startsWith("x")) {
        scanned.add(in);
      } else {
        body.addInput(in);
      }
    }
    body.addAllInput(scanned);
    step.getOutputList().stream()
        .filter(out -> out.getName().startsWith("next."))
        .forEach(body::addOutput);
    body.addNode(
        NodeProto.newBuilder()
            .setOpType("Add")
            .addInput("tick")
            .addInput("one")
            .addOutput("next.tick"));
    body.addInitializer(
        TensorProto.newBuilder()
            .setName("one")
            .setDataType(DataType.INT64.getNumber())
            .addInt64Data(1));
    body.addOutput(GraphBuilder.value("next.tick", DataType.INT64, StepGraph.STREAMS));
    step.getOutputList().stream()
        .filter(out -> !out.getName().startsWith("next."))
        .forEach(body::addOutput);
    return GraphBuilder.prefixed(body.build(), STEP);
  }

  /** A value of the body as the sequence has it. */
  private static ValueInfoProto outer(ValueInfoProto inner) {
    ValueInfoProto.Builder value = inner.toBuilder();
    String name = inner.getName().substring(STEP.length());
    value.setName(name);
    if (name.startsWith("x") || name.startsWith("y") || name.startsWith("p.")) {
      TensorShapeProto.Builder shape =
          value.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
      shape.addDim(0, TensorShapeProto.Dimension.newBuilder().setDimParam("time"));
    }
    return value.build();
  }

  private static Map<String, String> metadata(ModelSpec spec, Precision precision) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("format", FORMAT);
    all.put("graph", "step");
    all.put("name", spec.name());
    all.put("precision", precision.name().toLowerCase(Locale.ROOT));
    all.put("tick_ms", Double.toString(spec.tickMs()));
    all.put("delay_ticks", Integer.toString(spec.delay()));
    spec.modalities().forEach((name, m) -> all.put("modality." + name, Records.write(m).compact()));
    for (Map.Entry<String, Output> e : spec.outputs().entrySet()) {
      all.put("output." + e.getKey(), Records.write(e.getValue()).compact());
      List<Json> labels = new ArrayList<>();
      e.getValue().labels().forEach(label -> labels.add(new Json.Str(label)));
      all.put("labels." + e.getKey(), new Json.Arr(labels).compact());
    }
    return all;
  }
}
