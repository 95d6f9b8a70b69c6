package dev.syncline.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.syncline.step.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the graph of a sequence once, from the beginning of some streams. */
final class SequenceRunner {
  private SequenceRunner() {}

  /** All outputs of float by name. */
  static Map<String, FloatBuffer> run(byte[] graph, List<Map<String, Block>> streams) {
    OrtEnvironment env = Ort.environment();
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try (OrtSession session = StepRunner.open(graph, 1)) {
      for (Map.Entry<String, NodeInfo> e : session.getInputInfo().entrySet()) {
        inputs.put(e.getKey(), input(env, e.getKey(), e.getValue(), streams));
      }
      Map<String, FloatBuffer> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(inputs)) {
        result.forEach(
            e -> {
              if (!e.getKey().equals("next.tick")) {
                outputs.put(e.getKey(), ((OnnxTensor) e.getValue()).getFloatBuffer());
              }
            });
      }
      return outputs;
    } catch (OrtException e) {
      throw new IllegalStateException("the ONNX graph failed: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor input(
      OrtEnvironment env, String name, NodeInfo info, List<Map<String, Block>> streams)
      throws OrtException {
    int n = streams.size();
    if (name.equals("tick")) {
      return OnnxTensor.createTensor(env, LongBuffer.wrap(new long[n]), new long[] {n});
    }
    int ticks = streams.getFirst().values().iterator().next().ticks();
    long[] dims = ((TensorInfo) info.getInfo()).getShape().clone();
    boolean timed = name.startsWith("x");
    dims[0] = timed ? ticks : n;
    long size = dims[0];
    for (int i = 1; i < dims.length; i++) {
      dims[i] = dims[i] < 0 ? n : dims[i];
      size *= dims[i];
    }
    FloatBuffer values =
        ByteBuffer.allocateDirect(Math.toIntExact(4 * size))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    String modality = name.substring(name.indexOf('.') + 1);
    for (int t = 0; timed && t < ticks; t++) {
      for (Map<String, Block> stream : streams) {
        Block block = stream.get(modality);
        float[] from = name.startsWith("x.") ? block.values() : block.valid();
        values.put(from, t * (from.length / ticks), from.length / ticks);
      }
    }
    return OnnxTensor.createTensor(env, values.rewind(), dims);
  }
}
