package dev.syncline.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the few protobuf messages of which a small ONNX model is made. */
final class TinyOnnx {
  static final int FLOAT = 1;
  static final int INT64 = 7;

  /** One message under construction. */
  static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes.toByteArray());
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
  }

  private TinyOnnx() {}

  /** A graph's input or output; a dimension below 1 is free. */
  static Message value(String name, int type, int... shape) {
    Message dims = new Message();
    for (int dim : shape) {
      dims.message(1, dim < 1 ? new Message().text(2, "n" + dim) : new Message().number(1, dim));
    }
    Message tensor = new Message().number(1, type).message(2, dims);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  static Message node(String op, List<String> inputs, List<String> outputs) {
    Message node = new Message();
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    return node.text(4, op);
  }

  static Message floats(String name, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      raw.putFloat(v);
    }
    return new Message()
        .number(1, 1)
        .number(1, values.length)
        .number(2, FLOAT)
        .text(8, name)
        .bytes(9, raw.array());
  }

  /** A tensor [1, n] whose values are said to be in another file. */
  static Message external(String name, String location, int n) {
    Message entry = new Message().text(1, "location").text(2, location);
    return new Message()
        .number(1, 1)
        .number(1, n)
        .number(2, FLOAT)
        .text(8, name)
        .message(13, entry)
        .number(14, 1);
  }

  static byte[] model(
      List<Message> nodes,
      List<Message> initialisers,
      List<Message> inputs,
      List<Message> outputs) {
    Message graph = new Message();
    nodes.forEach(n -> graph.message(1, n));
    graph.text(2, "tiny");
    initialisers.forEach(t -> graph.message(5, t));
    inputs.forEach(v -> graph.message(11, v));
    outputs.forEach(v -> graph.message(12, v));
    return new Message()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, 13))
        .toBytes();
  }

  /** y = x + s, s' = y, all [batch or 1, width]. */
  static byte[] sum(int batch, int width) {
    return model(
        List.of(
            node("Add", List.of("x", "state_in"), List.of("y")),
            node("Identity", List.of("y"), List.of("state_out"))),
        List.of(),
        List.of(value("x", FLOAT, batch, width), value("state_in", FLOAT, batch, width)),
        List.of(value("y", FLOAT, batch, width), value("state_out", FLOAT, batch, width)));
  }
}
