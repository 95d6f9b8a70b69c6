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
import java.util.HashSet;
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
  /** Tensors of the first streams, in the buffers of all; of the steps in turn. */
  private record Bound(
      List<Map<String, OnnxTensor>> in,
      List<Map<String, OnnxTensor>> out,
      List<OnnxTensor> tensors) {}

  private final List<OrtSession> sessions;
  private final boolean own;
  private final int streams;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /** Where state and next state are two buffers, they change places from step to step. */
  private final Map<String, FloatBuffer[]> floats = new HashMap<>();

  private final LongBuffer ticks;
  private final Bound[][] bound;
  private int turn;

  /**
   * @param graph what {@link StepGraph} makes
   * @param streams at most
   * @param threads on which a product may run; one never spins
   */
  public StepRunner(byte[] graph, int streams, int threads) {
    this(List.of(open(graph, threads)), true, streams);
  }

  /** A runner of graphs with the same state, in sessions of others: each step is by one of them. */
  StepRunner(List<OrtSession> sessions, int streams) {
    this(sessions, false, streams);
  }

  private StepRunner(List<OrtSession> sessions, boolean own, int streams) {
    this.sessions = sessions;
    this.own = own;
    this.streams = streams;
    bound = new Bound[sessions.size()][streams + 1];
    ticks = direct(streams * 8L).asLongBuffer();
    try {
      allocate();
    } catch (OrtException e) {
      close();
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** A session with the graph. */
  static OrtSession open(byte[] graph, int threads) {
    OrtEnvironment env = Ort.environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.addConfigEntry("session.intra_op.allow_spinning", threads > 1 ? "1" : "0");
      return env.createSession(graph, options);
    } catch (OrtException e) {
      throw new InputException("the ONNX graph cannot be loaded: " + e.getMessage(), e);
    }
  }

  private void allocate() throws OrtException {
    Map<String, NodeInfo> all = new LinkedHashMap<>();
    for (OrtSession session : sessions) {
      all.putAll(session.getInputInfo());
      all.putAll(session.getOutputInfo());
    }
    Set<String> inPlace = inPlace();
    for (Map.Entry<String, NodeInfo> e : all.entrySet()) {
      String name = e.getKey();
      shapes.put(name, ((TensorInfo) e.getValue().getInfo()).getShape());
      if (!name.equals("tick") && !name.startsWith("next.")) {
        FloatBuffer first = floats(name);
        boolean two =
            name.startsWith("state.") && !inPlace.contains(name.substring("state.".length()));
        floats.put(name, new FloatBuffer[] {first, two ? floats(name) : first});
      }
    }
  }

  /** Parts of the state that every graph can change where they lie. */
  private Set<String> inPlace() throws OrtException {
    Set<String> parts = new HashSet<>();
    for (OrtSession session : sessions) {
      String names = session.getMetadata().getCustomMetadataValue(StepGraph.IN_PLACE).orElse("");
      List<String> own = List.of(names.split(" ", -1));
      if (parts.isEmpty()) {
        parts.addAll(own);
      }
      parts.retainAll(own);
    }
    return parts;
  }

  private FloatBuffer floats(String name) {
    return direct(Float.BYTES * size(name) * streams).asFloatBuffer();
  }

  /** Numbers of one stream. */
  private long size(String name) {
    long size = 1;
    for (long dim : shapes.get(name)) {
      size *= Math.max(1, dim); // that of the streams is -1
    }
    return size;
  }

  @SuppressWarnings("ReferenceEquality") // of one memory or of two
  private Bound bind(int graph, int n) throws OrtException {
    OrtEnvironment env = Ort.environment();
    List<OnnxTensor> tensors = new ArrayList<>();
    Bound b =
        new Bound(
            List.of(new HashMap<>(), new HashMap<>()),
            List.of(new HashMap<>(), new HashMap<>()),
            tensors);
    OnnxTensor tick = OnnxTensor.createTensor(env, ticks.slice(0, n), new long[] {n});
    tensors.add(tick);
    b.in.forEach(map -> map.put("tick", tick));
    for (Map.Entry<String, FloatBuffer[]> e : floats.entrySet()) {
      String name = e.getKey();
      if (!has(graph, name)) {
        continue;
      }
      OnnxTensor first = tensor(env, name, e.getValue()[0], n);
      tensors.add(first);
      if (!name.startsWith("state.")) {
        boolean in = name.startsWith("x");
        (in ? b.in : b.out).forEach(map -> map.put(name, first));
      } else {
        boolean two = e.getValue()[0] != e.getValue()[1];
        OnnxTensor second = two ? tensor(env, name, e.getValue()[1], n) : first;
        if (two) {
          tensors.add(second);
        }
        String next = "next." + name.substring("state.".length());
        b.in.get(0).put(name, first);
        b.out.get(0).put(next, second);
        b.in.get(1).put(name, second);
        b.out.get(1).put(next, first);
      }
    }
    return b;
  }

  private OnnxTensor tensor(OrtEnvironment env, String name, FloatBuffer buffer, int n)
      throws OrtException {
    long[] dims = shapes.get(name).clone();
    dims[0] = n;
    return OnnxTensor.createTensor(env, buffer.slice(0, Math.toIntExact(n * size(name))), dims);
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
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
    return turns(name)[turn];
  }

  /** Whether one of the graphs has an input or output. */
  boolean has(int graph, String name) {
    OrtSession session = sessions.get(graph);
    return session.getInputNames().contains(name) || session.getOutputNames().contains(name);
  }

  /** A buffer in either turn. */
  FloatBuffer[] turns(String name) {
    FloatBuffer[] buffers = floats.get(name);
    if (buffers == null) {
      throw new IllegalArgumentException("the graph has no " + name);
    }
    return buffers;
  }

  /** Which of the buffers is that of the next step. */
  int turn() {
    return turn;
  }

  /** The ticks that the streams have behind them. */
  public LongBuffer ticks() {
    return ticks;
  }

  /** One tick of all streams; their ticks move on by one. */
  public void run() {
    run(0, streams);
    for (int i = 0; i < streams; i++) {
      ticks.put(i, ticks.get(i) + 1);
    }
  }

  /** One tick of the first {@code n} streams by one of the graphs; their ticks stay as they are. */
  void run(int graph, int n) {
    try {
      if (bound[graph][n] == null) {
        bound[graph][n] = bind(graph, n);
      }
      Bound b = bound[graph][n];
      sessions.get(graph).run(b.in.get(turn), b.out.get(turn)).close();
    } catch (OrtException e) {
      throw new IllegalStateException("the ONNX graph failed: " + e.getMessage(), e);
    }
    turn = 1 - turn;
  }

  @Override
  public void close() {
    for (Bound[] each : bound) {
      for (int n = 0; n < each.length; n++) {
        if (each[n] != null) {
          each[n].tensors.forEach(OnnxTensor::close);
          each[n] = null;
        }
      }
    }
    try {
      for (OrtSession session : own ? sessions : List.<OrtSession>of()) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
