package dev.syncline.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.json.InputException;
import dev.syncline.spec.Output;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Program;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The ONNX graph of one step of a program: rows and state of any number of streams in, outputs and
 * state out. All tensors begin with the dimension {@code streams}; the streams may be at different
 * ticks.
 *
 * <pre>
 * x.NAME        [streams, rows, ...]    rows of a tick           float
 * x_valid.NAME  [streams, rows]         1 where a row is valid   float
 * state.PART    [streams, rows, width]  row n in slot n mod rows float
 * tick          [streams]               ticks before this one    int64
 * y.NAME        [streams, rows, ...]    outputs                  float
 * y_valid.NAME  [streams, rows]         1 where a row is valid   float
 * next.PART     [streams, rows, width]  the state after it       float
 * </pre>
 */
public final class StepGraph {
  /** Of the operations: Gelu came with it. */
  static final int OPSET = 20;

  private static final int IR_VERSION = 9;
  static final String STREAMS = "streams";

  /** An input that nothing reads, where there would be an even number of them. */
  private static final String ODD = "x_odd";

  /** Under this key, the state parts whose next state may have the memory of the state. */
  static final String IN_PLACE = "in_place";

  private final Program program;
  private final boolean missing;
  private final Map<String, Output> meanings;
  private final GraphBuilder g = new GraphBuilder();
  private final Flow flow = new Flow(g, "tick");
  private final RowNodes rows = new RowNodes(g, flow);
  private final ProductNodes products;
  private final ConvolutionNodes convolutions;
  private final RecurrentNodes recurrent;
  private final FusionNodes fusions;

  private StepGraph(Program program, Products how, boolean missing, Map<String, Output> meanings) {
    this.program = program;
    this.meanings = meanings;
    this.missing = missing;
    products = new ProductNodes(g, flow, how);
    convolutions = new ConvolutionNodes(g, flow, products);
    recurrent = new RecurrentNodes(g, flow, products, rows);
    fusions = new FusionNodes(g, flow, products);
  }

  /**
   * The graph of a step as the bytes of an ONNX file.
   *
   * @throws InputException if ONNX cannot express one of the operations
   */
  public static byte[] of(Program program, Products products) {
    return new StepGraph(program, products, true, Map.of()).own();
  }

  /**
   * The same for ticks of which no row is missing, whatever was before: without validity, and
   * without what it costs. An output whose rows may be invalid all the same has {@code y_valid}.
   */
  public static byte[] ofWhole(Program program, Products products) {
    return new StepGraph(program, products, false, Map.of()).own();
  }

  /** The same with probabilities {@code p.NAME} of the outputs, and with what a file says. */
  static ModelProto of(
      Program program, Map<String, Output> meanings, Map<String, String> metadata) {
    return new StepGraph(program, Products.OWN, true, meanings).model(metadata);
  }

  /**
   * For {@link StepRunner}. ONNX Runtime plans the memory between operations once for all shapes of
   * the inputs, which it tells apart by the exclusive or of their dimensions: with an even number
   * of inputs every number of streams would have the plan of the first, which does not fit it.
   */
  private byte[] own() {
    int inputs = (missing ? 2 : 1) * program.inputs().size() + program.rings().size() + 1;
    if (inputs % 2 == 0) {
      g.input(ODD, DataType.FLOAT, STREAMS);
    }
    return model(Map.of()).toByteArray();
  }

  private ModelProto model(Map<String, String> metadata) {
    program.inputs().forEach(this::input);
    Map<Ring, String> parts = new LinkedHashMap<>();
    for (Ring ring : program.rings().values()) {
      Object[] dims = {STREAMS, ring.part().rows(), ring.part().width()};
      parts.put(ring, g.input("state." + ring.part().name(), DataType.FLOAT, dims));
    }
    g.input("tick", DataType.INT64, STREAMS);
    program.ops().forEach(this::emit);
    program.outputs().forEach(this::output);
    List<String> shared = new ArrayList<>();
    parts.forEach(
        (ring, before) -> {
          String name = ring.part().name();
          if (g.mayShareMemory(before, flow.state(ring))) {
            shared.add(name);
          }
          g.output(
              "next." + name,
              flow.state(ring),
              DataType.FLOAT,
              STREAMS,
              ring.part().rows(),
              ring.part().width());
        });
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(IN_PLACE, String.join(" ", shared));
    return model(g.build("step"), all);
  }

  /** A whole file around a graph. */
  static ModelProto model(GraphProto graph, Map<String, String> metadata) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("syncline")
            .setGraph(graph)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET));
    if (graph.getNodeList().stream().anyMatch(n -> n.getDomain().equals(GraphBuilder.CONTRIB))) {
      model.addOpsetImport(
          OperatorSetIdProto.newBuilder().setDomain(GraphBuilder.CONTRIB).setVersion(1));
    }
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  private void input(String name, Buffer b) {
    String x = g.input("x." + name, DataType.FLOAT, dims(b));
    String valid = Flow.ALWAYS;
    if (missing) {
      valid = g.input("x_valid." + name, DataType.FLOAT, STREAMS, b.rows());
      valid = flow.reshape(valid, -1, 1);
    }
    flow.put(b, flow.reshape(x, -1, b.size()), valid);
  }

  private void output(String name, Buffer b) {
    long[] dims = Stream.of(dims(b)).mapToLong(d -> d instanceof Integer n ? n : -1).toArray();
    String y = flow.reshape(flow.clean(b), dims);
    g.output("y." + name, y, DataType.FLOAT, dims(b));
    if (meanings.containsKey(name)) {
      String p =
          switch (meanings.get(name).kind()) {
            case MULTI_LABEL -> g.node("Sigmoid", y);
            case ONE_LABEL -> g.node("Softmax", y);
          };
      g.output("p." + name, p, DataType.FLOAT, dims(b));
    }
    if (missing || !flow.always(b)) {
      String valid = flow.reshape(flow.validNumbers(b), -1, b.rows());
      g.output("y_valid." + name, valid, DataType.FLOAT, STREAMS, b.rows());
    }
  }

  private static Object[] dims(Buffer b) {
    return Stream.concat(Stream.of(STREAMS, b.rows()), b.shape().dims().stream()).toArray();
  }

  private void emit(Op op) {
    switch (op) {
      case Op.MatMul o -> flow.put(o.out(), products.product(o.weight(), flow.rows(o.in())));
      case Op.Apply o -> flow.put(o.out(), rows.apply(o.function(), flow.rows(o.in())));
      case Op.LayerNorm o -> rows.layerNorm(o);
      case Op.RmsNorm o -> rows.rmsNorm(o);
      case Op.Embed o -> rows.embed(o);
      case Op.Standardize o -> rows.standardize(o);
      case Op.Absent o -> rows.absent(o);
      case Op.PoolRows o -> rows.poolRows(o);
      case Op.Sinusoids o -> rows.sinusoids(o);
      case Op.LearnedPositions o -> rows.learned(o);
      case Op.Add o -> rows.add(o);
      case Op.Conv1d o -> convolutions.conv1d(o);
      case Op.DepthwiseConv1d o -> convolutions.depthwiseConv1d(o);
      case Op.Conv2d o -> convolutions.conv2d(o);
      case Op.DepthwiseConv2d o -> convolutions.depthwiseConv2d(o);
      case Op.Pool2d o -> convolutions.pool2d(o);
      case Op.GlobalPool o -> convolutions.globalPool(o);
      case Op.Rnn o -> recurrent.rnn(o);
      case Op.Gru o -> recurrent.gru(o);
      case Op.Lstm o -> recurrent.lstm(o);
      case Op.LinearRecurrence o -> recurrent.linear(o);
      case Op.Concat o -> fusions.concat(o);
      case Op.Combine o -> fusions.combine(o);
      case Op.Gated o -> fusions.gated(o);
      case Op.LowRank o -> fusions.lowRank(o);
      case Op.Attention o -> new AttentionNodes(g, flow, products, rows, o).emit();
      case Op.GraphAttention o -> new GraphAttentionNodes(g, flow, products, o).emit();
      case Op.Memory o -> new MemoryNodes(g, flow, products, o).emit();
      case Op.Chain o -> new ChainNodes(g, flow, o).emit();
    }
  }
}
