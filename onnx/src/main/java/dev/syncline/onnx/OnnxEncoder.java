package dev.syncline.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.signal.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A frozen encoder from an ONNX file, on one thread of ONNX Runtime with all graph optimisations:
 * on one machine the same input gives the same bits. Everything that the {@link Binding} asks for
 * is verified when the file is loaded, by its declarations and by one run on zeros.
 *
 * <p>Input, output and state go through buffers that are allocated once, so an encoder belongs to
 * one thread; it serves any number of streams, whose state is in the caller's arrays. {@link
 * #encodeBatch} is the loop of single runs: on one thread a batch gains little, and the runtime
 * does not promise the same last bits for it, which would let a result depend on its neighbours.
 */
public final class OnnxEncoder implements Encoder {
  /** A tensor and the buffer that it lies in. */
  private record Slot(OnnxTensor tensor, FloatBuffer buffer) {
    static Slot of(OrtEnvironment env, long[] shape, int size) throws OrtException {
      FloatBuffer buffer =
          ByteBuffer.allocateDirect(Math.multiplyExact(size, Float.BYTES))
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      return new Slot(OnnxTensor.createTensor(env, buffer, shape), buffer);
    }
  }

  private final Path path;
  private final String digest;
  private final Binding binding;
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
  private final FloatBuffer in;
  private final FloatBuffer out;
  private final FloatBuffer[] stateIn;
  private final FloatBuffer[] stateOut;
  private final int stateSize;
  private boolean closed;

  /**
   * Loads a file of at most 1 GiB.
   *
   * @throws InputException if the file is missing, not an ONNX model, keeps data in other files, or
   *     does not have exactly the inputs and outputs of {@code binding} as float tensors
   */
  public OnnxEncoder(Path path, Binding binding) {
    this.binding = binding;
    this.path = path;
    OnnxFile file = new OnnxFile(path);
    digest = file.digest();
    int parts = binding.states().size();
    stateIn = new FloatBuffer[parts];
    stateOut = new FloatBuffer[parts];
    OrtEnvironment env = Ort.environment();
    session = open(env, file.bytes(), null);
    try {
      checkDeclarations();
      in = input(env, binding.input(), binding.shape());
      int floats = 0;
      for (int i = 0; i < parts; i++) {
        Binding.State state = binding.states().get(i);
        stateIn[i] = input(env, state.input(), state.shape());
        floats = Math.addExact(floats, stateIn[i].capacity());
      }
      stateSize = floats;
      out = bindOutputs(env);
    } catch (OrtException e) {
      release();
      throw bad("the encoder does not run: " + oneLine(e));
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  /** SHA-256 of the file, 64 hexadecimal digits. */
  public String digest() {
    return digest;
  }

  @Override
  public int inputSize() {
    return in.capacity();
  }

  @Override
  public int width() {
    return out.capacity();
  }

  @Override
  public int stateSize() {
    return stateSize;
  }

  @Override
  public void encode(
      float[] from, int fromOffset, float[] state, int stateOffset, float[] to, int toOffset) {
    if (closed) {
      throw new IllegalStateException("the encoder is closed");
    }
    in.put(0, from, fromOffset, in.capacity());
    for (int i = 0, at = stateOffset; i < stateIn.length; at += stateIn[i++].capacity()) {
      stateIn[i].put(0, state, at, stateIn[i].capacity());
    }
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("the encoder failed: " + oneLine(e), e);
    }
    out.get(0, to, toOffset, out.capacity());
    for (int i = 0, at = stateOffset; i < stateOut.length; at += stateOut[i++].capacity()) {
      stateOut[i].get(0, state, at, stateOut[i].capacity());
    }
  }

  /** Read off the runtime's profile of one run on what was last encoded. */
  @Override
  public OptionalLong flops() {
    OnnxFile file = new OnnxFile(path);
    return OnnxCost.flops(
        profile -> open(Ort.environment(), file.bytes(), profile),
        profiled -> profiled.run(inputs, outputs).close());
  }

  /** Frees the runtime's memory; closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      release();
    }
  }

  private OrtSession open(OrtEnvironment env, byte[] model, String profile) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setDeterministicCompute(true);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      if (profile != null) {
        options.enableProfiling(profile);
      }
      return env.createSession(model, options);
    } catch (OrtException e) {
      throw bad("the ONNX model cannot be loaded: " + oneLine(e));
    }
  }

  private void checkDeclarations() throws OrtException {
    Map<String, NodeInfo> declared = session.getInputInfo();
    check("input", binding.input(), binding.shape(), declared);
    Set<String> unfed = new LinkedHashSet<>(declared.keySet());
    unfed.remove(binding.input());
    for (Binding.State state : binding.states()) {
      check("state input", state.input(), state.shape(), declared);
      check("state output", state.output(), state.shape(), session.getOutputInfo());
      unfed.remove(state.input());
    }
    check("output", binding.output(), null, session.getOutputInfo());
    if (!unfed.isEmpty()) {
      throw bad(
          "the file's input \""
              + unfed.iterator().next()
              + "\" is neither the window nor one of the states; name it as a state");
    }
  }

  /** Name, type and shape of one tensor; {@code shape} null asks for a batch of 1 or any. */
  private void check(
      String kind, String name, List<Integer> shape, Map<String, NodeInfo> declared) {
    NodeInfo node = declared.get(name);
    if (node == null) {
      throw bad("there is no " + kind + " \"" + name + "\"" + Field.hint(name, declared.keySet()));
    }
    if (!(node.getInfo() instanceof TensorInfo info) || info.type != OnnxJavaType.FLOAT) {
      throw bad(
          kind + " \"" + name + "\" must be a float32 tensor, is " + node.getInfo().toString());
    }
    long[] has = info.getShape();
    boolean fits = shape == null ? has.length > 0 && (has[0] < 0 || has[0] == 1) : fits(has, shape);
    if (!fits) {
      throw bad(
          "%s \"%s\" has the shape %s in the file (-1 is free), which does not fit %s"
              .formatted(kind, name, Arrays.toString(has), shape == null ? "one vector" : shape));
    }
  }

  private static boolean fits(long[] has, List<Integer> wanted) {
    boolean fits = has.length == wanted.size();
    for (int i = 0; fits && i < has.length; i++) {
      fits = has[i] < 0 || has[i] == wanted.get(i);
    }
    return fits;
  }

  private FloatBuffer input(OrtEnvironment env, String name, List<Integer> shape)
      throws OrtException {
    long[] dims = shape.stream().mapToLong(Integer::longValue).toArray();
    Slot slot = Slot.of(env, dims, Binding.size(name, shape));
    inputs.put(name, slot.tensor);
    return slot.buffer;
  }

  /** Runs once on zeros to learn the outputs' true shapes, and allocates them. */
  private FloatBuffer bindOutputs(OrtEnvironment env) throws OrtException {
    Set<String> wanted = new LinkedHashSet<>(Set.of(binding.output()));
    binding.states().forEach(state -> wanted.add(state.output()));
    try (OrtSession.Result probe = session.run(inputs, wanted)) {
      FloatBuffer vector = output(env, binding.output(), null, probe);
      for (int i = 0; i < stateOut.length; i++) {
        Binding.State state = binding.states().get(i);
        stateOut[i] = output(env, state.output(), state.shape(), probe);
      }
      return vector;
    }
  }

  private FloatBuffer output(
      OrtEnvironment env, String name, List<Integer> shape, OrtSession.Result probe)
      throws OrtException {
    OnnxTensor value = (OnnxTensor) probe.get(name).orElseThrow();
    long[] has = value.getInfo().getShape();
    long floats = value.getInfo().getNumElements();
    boolean good = shape == null ? has.length > 0 && has[0] == 1 : fits(has, shape);
    if (!good || floats < 1 || floats > Binding.MAX_FLOATS) {
      throw bad(
          "output \"%s\" comes out with the shape %s, which is not %s"
              .formatted(name, Arrays.toString(has), shape == null ? "one vector" : shape));
    }
    Slot slot = Slot.of(env, has, (int) floats);
    outputs.put(name, slot.tensor);
    return slot.buffer;
  }

  private void release() {
    closed = true;
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(oneLine(e), e);
    }
  }

  private InputException bad(String what) {
    return new InputException(path + ": " + what);
  }

  private static String oneLine(OrtException e) {
    String message = e.getMessage() == null ? e.getCode().toString() : e.getMessage();
    String line = message.lines().findFirst().orElse("").strip();
    return line.length() > 300 ? line.substring(0, 300) + "..." : line;
  }
}
