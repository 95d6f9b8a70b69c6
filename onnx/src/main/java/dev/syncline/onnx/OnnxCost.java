package dev.syncline.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The floating point operations of one run of an encoder, from the shapes that the runtime's own
 * profile of a run reports: two for each multiply-add of a convolution or matrix product, one for
 * each number that another operator gives.
 */
final class OnnxCost {
  private OnnxCost() {}

  /** Something that runs a session once. */
  interface Run {
    void once(OrtSession session) throws OrtException;
  }

  /** Opens a session with profiling. */
  interface Open {
    OrtSession session(String profilePrefix);
  }

  static OptionalLong flops(Open open, Run run) {
    try {
      Path folder = Files.createTempDirectory("syncline-profile");
      Path profile = null;
      try (OrtSession session = open.session(folder.resolve("run").toString())) {
        run.once(session);
        profile = Path.of(session.endProfiling());
        return OptionalLong.of(count(Json.read(profile)));
      } finally {
        if (profile != null) {
          Files.deleteIfExists(profile);
        }
        Files.deleteIfExists(folder);
      }
    } catch (OrtException | IOException | InputException e) {
      return OptionalLong.empty();
    }
  }

  private static long count(Field profile) {
    long flops = 0;
    for (Field event : profile.items()) {
      if (event.find("cat").map(Field::string).orElse("").equals("Node")
          && event.get("args").find("output_type_shape").isPresent()) {
        flops += node(event.get("args"));
      }
    }
    return flops;
  }

  private static long node(Field args) {
    List<Field> in = args.get("input_type_shape").items();
    List<Field> outputs = args.get("output_type_shape").items();
    if (outputs.isEmpty()) {
      return 0;
    }
    long out = product(shape(outputs.getFirst()), 0);
    String op = args.get("op_name").string();
    if (op.contains("Conv")) {
      return 2 * out * product(shape(in.get(1)), 1);
    } else if (op.contains("Gemm") || op.contains("MatMul")) {
      List<Field> left = shape(in.get(0));
      return 2 * out * left.getLast().integer(0, Integer.MAX_VALUE);
    }
    return out;
  }

  /** A shape stands as an object with the element type as its one key. */
  private static List<Field> shape(Field typed) {
    return typed.fields().values().iterator().next().items();
  }

  private static long product(List<Field> shape, int from) {
    long product = 1;
    for (Field dim : shape.subList(Math.min(from, shape.size()), shape.size())) {
      product = Math.multiplyExact(product, dim.integer(0, Integer.MAX_VALUE));
    }
    return product;
  }
}
