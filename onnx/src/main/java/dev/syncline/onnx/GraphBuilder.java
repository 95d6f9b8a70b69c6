package dev.syncline.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds an ONNX graph value by value; a value is its name. All operations are pure, so one that is
 * asked for twice is there once: index arithmetic need not be passed around to be shared.
 */
final class GraphBuilder {
  static final String CONTRIB = "com.microsoft";

  /** Operations whose output may have the memory of an input of the same shape. */
  private static final Set<String> IN_PLACE = Set.of("ScatterND", "Where", "Add", "Reshape");

  /** Operations whose output may be the memory of their input. */
  private static final Set<String> VIEWS = Set.of("Reshape", "Unsqueeze", "Squeeze");

  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final Map<ByteString, List<String>> known = new LinkedHashMap<>();
  private final List<TensorProto> constants = new ArrayList<>();
  private final Map<ByteString, String> knownConstants = new LinkedHashMap<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();

  /** Declares an input; a dimension is a number or the name of a free one. */
  String input(String name, DataType type, Object... dims) {
    inputs.add(value(name, type, dims));
    return name;
  }

  /** Gives a value out under a name. */
  void output(String name, String value, DataType type, Object... dims) {
    outputs.add(value(name, type, dims));
    boolean made = nodes.stream().anyMatch(n -> n.getOutputList().contains(value));
    if (made && !renamed.containsKey(value)) {
      renamed.put(value, name);
    } else {
      nodes.add(NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
    }
  }

  static ValueInfoProto value(String name, DataType type, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      if (dim instanceof String free) {
        shape.addDimBuilder().setDimParam(free);
      } else {
        shape.addDimBuilder().setDimValue(((Number) dim).longValue());
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** An operation with one output; an empty name leaves an input out. */
  String node(String op, String... in) {
    return node(op, List.of(), in);
  }

  String node(String op, List<AttributeProto> attributes, String... in) {
    return nodes("", op, 1, attributes, in).getFirst();
  }

  /** An operation that only ONNX Runtime has. */
  String contrib(String op, List<AttributeProto> attributes, String... in) {
    return nodes(CONTRIB, op, 1, attributes, in).getFirst();
  }

  /** An operation with several outputs. */
  List<String> nodes(
      String domain, String op, int count, List<AttributeProto> attributes, String... in) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setDomain(domain).addAllInput(Arrays.asList(in));
    node.addAllAttribute(attributes);
    return known.computeIfAbsent(
        node.build().toByteString(),
        key -> {
          List<String> names = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            names.add(op + "_" + nodes.size() + (count > 1 ? "_" + i : ""));
          }
          nodes.add(node.addAllOutput(names).setName(op + "_" + nodes.size()));
          return names;
        });
  }

  static AttributeProto attribute(String name, long value) {
    return attribute(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, float value) {
    return attribute(name, AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto attribute(String name, String value) {
    return attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build();
  }

  static AttributeProto attribute(String name, long... values) {
    AttributeProto.Builder a = attribute(name, AttributeType.INTS);
    Arrays.stream(values).forEach(a::addInts);
    return a.build();
  }

  static AttributeProto attribute(String name, GraphProto graph) {
    return attribute(name, AttributeType.GRAPH).setG(graph).build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  String scalar(float value) {
    return floats(new float[] {value});
  }

  String scalar(long value) {
    return constant(DataType.INT64, bytes(8).putLong(value));
  }

  String longs(long... values) {
    ByteBuffer raw = bytes(8L * values.length);
    raw.asLongBuffer().put(values);
    return constant(DataType.INT64, raw.position(raw.capacity()), values.length);
  }

  String floats(float[] values, long... dims) {
    ByteBuffer raw = bytes(4L * values.length);
    raw.asFloatBuffer().put(values);
    return constant(DataType.FLOAT, raw.position(raw.capacity()), dims);
  }

  String doubles(double[] values, long... dims) {
    ByteBuffer raw = bytes(8L * values.length);
    raw.asDoubleBuffer().put(values);
    return constant(DataType.DOUBLE, raw.position(raw.capacity()), dims);
  }

  /** Room for the raw data of a constant. */
  static ByteBuffer bytes(long size) {
    return ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A constant from its raw data, which end at the buffer's position; no dimensions: a scalar. */
  String constant(DataType type, ByteBuffer raw, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    Arrays.stream(dims).forEach(tensor::addDims);
    tensor.setRawData(ByteString.copyFrom(raw.flip()));
    ByteString key = dims.length < 2 || raw.limit() < 4096 ? tensor.build().toByteString() : null;
    String name = "c" + constants.size();
    String had = key == null ? null : knownConstants.putIfAbsent(key, name);
    if (had != null) {
      return had;
    }
    constants.add(tensor.setName(name).build());
    return name;
  }

  /**
   * Whether a value may be written where an input lies: whoever reads the input is needed for the
   * value, and the operation that writes it reads an element or row before it writes it.
   */
  boolean mayShareMemory(String input, String value) {
    Set<String> needed = new HashSet<>(Set.of(value));
    Set<String> views = new HashSet<>(Set.of(input));
    for (NodeProto.Builder node : nodes.reversed()) {
      if (node.getOutputList().stream().anyMatch(needed::contains)) {
        needed.addAll(node.getInputList());
      }
    }
    for (NodeProto.Builder node : nodes) {
      boolean reads = node.getInputList().stream().anyMatch(views::contains);
      boolean writes = node.getOutputList().contains(value);
      if (reads && node.getOutputList().stream().noneMatch(needed::contains)) {
        return false;
      } else if (reads && writes && !IN_PLACE.contains(node.getOpType())) {
        return false;
      } else if (reads && VIEWS.contains(node.getOpType())) {
        views.addAll(node.getOutputList());
      }
    }
    return !value.equals(input);
  }

  GraphProto build(String name) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
    for (NodeProto.Builder node : nodes) {
      NodeProto.Builder out = node.clone().clearInput().clearOutput();
      node.getInputList().forEach(in -> out.addInput(renamed.getOrDefault(in, in)));
      node.getOutputList().forEach(to -> out.addOutput(renamed.getOrDefault(to, to)));
      graph.addNode(out);
    }
    return graph.addAllInitializer(constants).addAllInput(inputs).addAllOutput(outputs).build();
  }

  /** A graph with a prefix before all names. */
  static GraphProto prefixed(GraphProto graph, String prefix) {
    GraphProto.Builder all = graph.toBuilder();
    for (NodeProto.Builder node : all.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        String in = node.getInput(i);
        node.setInput(i, in.isEmpty() ? in : prefix + in);
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, prefix + node.getOutput(i));
      }
    }
    all.getInitializerBuilderList().forEach(c -> c.setName(prefix + c.getName()));
    all.getInputBuilderList().forEach(v -> v.setName(prefix + v.getName()));
    all.getOutputBuilderList().forEach(v -> v.setName(prefix + v.getName()));
    return all.build();
  }
}
