package dev.syncline.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.syncline.json.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the graph of a step for a fixed number of streams by ONNX Runtime at its best: all graph
 * optimisations, tensors that are allocated and bound once. The next state is written where the
 * state lies, or, where the graph does not allow that, to a second tensor that becomes the state:
 * nothing is copied. Denormal numbers are left as they are: the runtime's option against them
 * changes the arithmetic of the calling thread for good, and with it the JVM's. Belongs to one
 * thread.
 */
public final class StepRunner implements AutoCloseable {
  private final OrtSession session;
  private final int streams;
  private final List<OnnxTensor> tensors = new ArrayList<>();

  /** Of steps in turn: where state and next state are two tensors, they change places. */
  private final List<Map<String, OnnxTensor>> inputs = List.of(new HashMap<>(), new HashMap<>());

  private final List<Map<String, OnnxTensor>> outputs = List.of(new HashMap<>(), new HashMap<>());
  private final List<Map<String, FloatBuffer>> floats = List.of(new HashMap<>(), new HashMap<>());
  private LongBuffer ticks;
  private int turn;

  /**
   * @param graph what {@link StepGraph} makes
   * @param streams in every step
   * @param threads on which a product may run; one never spins
   */
  public StepRunner(byte[] graph, int streams, int threads) {
    this(open(graph, threads), streams);
  }

  private StepRunner(OrtSession session, int streams) {
    this.session = session;
    this.streams = streams;
    try {
      bind(OrtEnvironment.getEnvironment());
    } catch (OrtException e) {
      close();
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  static OrtSession open(byte[] graph, int threads) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.addConfigEntry("session.intra_op.allow_spinning", threads > 1 ? "1" : "0");
      return OrtEnvironment.getEnvironment().createSession(graph, options);
    } catch (OrtException e) {
      throw new InputException("the ONNX graph cannot be loaded: " + e.getMessage(), e);
    }
  }

  private void bind(OrtEnvironment env) throws OrtException {
    String[] shared =
        session.getMetadata().getCustomMetadataValue(StepGraph.IN_PLACE).orElse("").split(" ", -1);
    Map<String, NodeInfo> in = session.getInputInfo();
    for (Map.Entry<String, NodeInfo> e : in.entrySet()) {
      String name = e.getKey();
      if (name.equals("tick")) {
        ticks = direct(streams * 8L).asLongBuffer();
        OnnxTensor tensor = OnnxTensor.createTensor(env, ticks, new long[] {streams});
        tensors.add(tensor);
        inputs.forEach(map -> map.put(name, tensor));
      } else if (!name.startsWith("state.")) {
        bind(env, name, e.getValue(), inputs);
      }
    }
    for (Map.Entry<String, NodeInfo> e : session.getOutputInfo().entrySet()) {
      if (!e.getKey().startsWith("next.")) {
        bind(env, e.getKey(), e.getValue(), outputs);
      }
    }
    for (Map.Entry<String, NodeInfo> e : in.entrySet()) {
      if (e.getKey().startsWith("state.")) {
        String part = e.getKey().substring("state.".length());
        bindState(env, part, e.getValue(), Set.of(shared).contains(part));
      }
    }
  }

  private void bind(
      OrtEnvironment env, String name, NodeInfo info, List<Map<String, OnnxTensor>> to)
      throws OrtException {
    OnnxTensor tensor = tensor(env, info);
    to.forEach(map -> map.put(name, tensor));
    floats.forEach(map -> map.put(name, buffer(tensor)));
  }

  private void bindState(OrtEnvironment env, String part, NodeInfo info, boolean shared)
      throws OrtException {
    OnnxTensor[] both = {tensor(env, info), null};
    both[1] = shared ? both[0] : tensor(env, info);
    for (int i = 0; i < 2; i++) {
      inputs.get(i).put("state." + part, both[i]);
      outputs.get(i).put("next." + part, both[1 - i]);
      floats.get(i).put("state." + part, buffer(both[i]));
    }
  }

  private OnnxTensor tensor(OrtEnvironment env, NodeInfo info) throws OrtException {
    long[] dims = ((TensorInfo) info.getInfo()).getShape().clone();
    long size = Float.BYTES;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dims[i] < 0 ? streams : dims[i];
      size *= dims[i];
    }
    OnnxTensor tensor = OnnxTensor.createTensor(env, direct(size).asFloatBuffer(), dims);
    tensors.add(tensor);
    return tensor;
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  private static FloatBuffer buffer(OnnxTensor tensor) {
    return (FloatBuffer) tensor.getBufferRef().orElseThrow();
  }

  /**
   * Where an input lies: {@code x.NAME}, {@code x_valid.NAME}, or {@code state.PART} as it is
   * before the next step. A state's place may change with every step.
   */
  public FloatBuffer input(String name) {
    return known(name);
  }

  /** Where an output lies: {@code y.NAME} or {@code y_valid.NAME}. */
  public FloatBuffer output(String name) {
    return known(name);
  }

  private FloatBuffer known(String name) {
    FloatBuffer buffer = floats.get(turn).get(name);
    if (buffer == null) {
      throw new IllegalArgumentException("the graph has no " + name);
    }
    return buffer;
  }

  /** The ticks that the streams have behind them. */
  public LongBuffer ticks() {
    return ticks;
  }

  /** One tick of all streams; their ticks move on by one. */
  public void run() {
    try {
      session.run(inputs.get(turn), outputs.get(turn)).close();
    } catch (OrtException e) {
      throw new IllegalStateException("the ONNX graph failed: " + e.getMessage(), e);
    }
    turn = 1 - turn;
    for (int i = 0; i < streams; i++) {
      ticks.put(i, ticks.get(i) + 1);
    }
  }

  /** All inputs' and outputs' shapes, -1 for the streams. */
  Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    try {
      session
          .getInputInfo()
          .forEach((k, v) -> shapes.put(k, ((TensorInfo) v.getInfo()).getShape()));
      session
          .getOutputInfo()
          .forEach((k, v) -> shapes.put(k, ((TensorInfo) v.getInfo()).getShape()));
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    return shapes;
  }

  @Override
  public void close() {
    tensors.forEach(OnnxTensor::close);
    tensors.clear();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
