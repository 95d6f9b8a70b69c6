package dev.syncline.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/** Tries ONNX Runtime's products of bytes and signed bytes with the largest numbers. */
final class SignedProducts {
  /** Wider than a register, and no multiple of one. */
  private static final int IN = 131;

  private static final int OUT = 37;

  /** One row and several are products of their own in the runtime. */
  private static final int[] ROWS = {1, 2, 5, 16, 33};

  private SignedProducts() {}

  /** Whether the sums are exact, for every number of rows. */
  static boolean areExact() {
    try (OrtSession session = StepRunner.open(graph(), 1)) {
      for (int rows : ROWS) {
        for (float largest : new float[] {-127, 127}) {
          if (!isExact(session, rows, largest)) {
            return false;
          }
        }
      }
      return true;
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Products of bytes, 128 for zero, with weights that are all 127. */
  private static byte[] graph() {
    GraphBuilder g = new GraphBuilder();
    String x = g.input("x", DataType.FLOAT, "rows", IN);
    String zero = g.constant(DataType.UINT8, GraphBuilder.bytes(1).put((byte) 128));
    String none = g.constant(DataType.INT8, GraphBuilder.bytes(1).put((byte) 0));
    ByteBuffer all = GraphBuilder.bytes((long) IN * OUT);
    while (all.hasRemaining()) {
      all.put((byte) 127);
    }
    String weights = g.constant(DataType.INT8, all, IN, OUT);
    String bytes = g.node("QuantizeLinear", x, g.scalar(1f), zero);
    String sums = g.node("MatMulInteger", bytes, weights, zero, none);
    g.output("y", sums, DataType.INT32, "rows", OUT);
    return StepGraph.model(g.build("products"), Map.of()).toByteArray();
  }

  private static boolean isExact(OrtSession session, int rows, float largest) throws OrtException {
    float[][] x = new float[rows][IN];
    for (float[] row : x) {
      Arrays.fill(row, largest);
    }
    int sum = Math.round(largest) * 127 * IN;
    try (OnnxTensor in = OnnxTensor.createTensor(Ort.environment(), x);
        OrtSession.Result result = session.run(Map.of("x", in))) {
      int[][] y = (int[][]) result.get(0).getValue();
      return Arrays.stream(y).allMatch(row -> Arrays.stream(row).allMatch(v -> v == sum));
    }
  }
}
