package dev.syncline.onnx;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The bytes of an ONNX file, read once so that what was checked and hashed is what runs. The
 * protobuf tree (onnx.proto3, field numbers as published) is walked before the runtime sees it, for
 * what the runtime would accept and we do not: tensors whose data is in another file, and graph
 * inputs with a default value, which nobody would notice to be unfed.
 */
final class OnnxFile {
  /** The largest file that is read: 1 GiB. */
  static final long MAX_BYTES = 1L << 30;

  private static final int MAX_DEPTH = 32;
  private static final int EXTERNAL = 1;

  /** The messages of onnx.proto3 that can hold a tensor, and the names that matter here. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    TENSOR,
    SPARSE_TENSOR,
    FUNCTION,
    TRAINING,
    INPUT,
    LEAF;

    /** The message in length-delimited field {@code field}, LEAF if it need not be looked into. */
    Message child(int field) {
      return switch (this) {
        case MODEL -> field == 7 ? GRAPH : field == 25 ? FUNCTION : field == 20 ? TRAINING : LEAF;
        case GRAPH ->
            switch (field) {
              case 1 -> NODE;
              case 5 -> TENSOR;
              case 11 -> INPUT;
              case 15 -> SPARSE_TENSOR;
              default -> LEAF;
            };
        case NODE -> field == 5 ? ATTRIBUTE : LEAF;
        case ATTRIBUTE ->
            switch (field) {
              case 5, 10 -> TENSOR;
              case 6, 11 -> GRAPH;
              case 22, 23 -> SPARSE_TENSOR;
              default -> LEAF;
            };
        case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : LEAF;
        case FUNCTION -> field == 7 ? NODE : field == 11 ? ATTRIBUTE : LEAF;
        case TRAINING -> field == 1 || field == 2 ? GRAPH : LEAF;
        case TENSOR, INPUT, LEAF -> LEAF;
      };
    }
  }

  private final Path path;
  private final byte[] bytes;
  private final Set<String> inputs = new LinkedHashSet<>();
  private final Set<String> initialisers = new LinkedHashSet<>();
  private long irVersion;
  private boolean hasGraph;

  /** Reads and checks; every refusal is one line with the file's name. */
  OnnxFile(Path path) {
    this.path = path;
    this.bytes = read(path);
    walk(Message.MODEL, 0, bytes.length, 0, false);
    if (!hasGraph) {
      throw bad("is not an ONNX model: it has no graph");
    }
    refuseDefaults();
  }

  byte[] bytes() {
    return bytes;
  }

  /** SHA-256 of the file, 64 hexadecimal digits. */
  String digest() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private InputException bad(String what) {
    return new InputException(path + ": " + what);
  }

  private static byte[] read(Path path) {
    if (!Files.exists(path)) {
      throw new InputException(path + ": no such file");
    }
    if (!Files.isRegularFile(path)) {
      throw new InputException(path + ": is not a file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      long size = Files.size(path);
      if (size > MAX_BYTES) {
        throw new InputException(
            path + ": is " + size + " bytes, an encoder may have " + MAX_BYTES + " at most");
      }
      byte[] bytes = in.readNBytes((int) size);
      if (bytes.length == 0) {
        throw new InputException(path + ": is empty; copy the ONNX file again");
      }
      return bytes;
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * From IR version 4 on an initialiser that is also an input is a default that can be replaced.
   */
  private void refuseDefaults() {
    for (String input : inputs) {
      if (irVersion >= 4 && initialisers.contains(input)) {
        throw bad(
            "input \""
                + input
                + "\" has a default value and could stay unfed unnoticed; export the file with"
                + " initialisers kept out of the graph's inputs");
      }
    }
  }

  private void walk(Message message, int from, int to, int depth, boolean main) {
    if (depth > MAX_DEPTH) {
      throw bad("is nested deeper than " + MAX_DEPTH + " messages");
    }
    Cursor c = new Cursor(from, to);
    while (c.at < to) {
      long key = c.varint();
      int field = (int) Math.min(key >>> 3, Integer.MAX_VALUE);
      switch ((int) (key & 7)) {
        case 0 -> number(message, field, c.varint());
        case 1 -> c.skip(8);
        case 2 -> {
          long length = c.varint();
          int start = c.at;
          c.skip(length);
          nested(message, field, start, c.at, depth, main);
        }
        case 5 -> c.skip(4);
        default -> throw bad("is not an ONNX model: no protobuf at byte " + c.at);
      }
    }
  }

  private void number(Message message, int field, long value) {
    if (message == Message.MODEL && field == 1) {
      irVersion = value;
    }
    if (message == Message.TENSOR && field == 14 && value == EXTERNAL) {
      throw external();
    }
  }

  private void nested(Message parent, int field, int from, int to, int depth, boolean main) {
    if (parent == Message.TENSOR && field == 13) {
      throw external();
    }
    if (main && parent == Message.TENSOR && field == 8) {
      initialisers.add(text(from, to));
    }
    if (main && parent == Message.INPUT && field == 1) {
      inputs.add(text(from, to));
    }
    Message child = parent.child(field);
    hasGraph |= parent == Message.MODEL && child == Message.GRAPH;
    if (child != Message.LEAF) {
      boolean ofMainGraph =
          switch (parent) {
            case MODEL -> child == Message.GRAPH;
            case GRAPH -> main && child != Message.NODE;
            case SPARSE_TENSOR -> main;
            default -> false;
          };
      walk(child, from, to, depth + 1, ofMainGraph);
    }
  }

  private String text(int from, int to) {
    return new String(Arrays.copyOfRange(bytes, from, to), StandardCharsets.UTF_8);
  }

  private InputException external() {
    return bad(
        "keeps tensors in another file, which is not read; export it as one file"
            + " (save_as_external_data=False)");
  }

  /** A position in the bytes that never leaves its message. */
  private final class Cursor {
    private int at;
    private final int end;

    Cursor(int at, int end) {
      this.at = at;
      this.end = end;
    }

    long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (at >= end) {
          throw cut();
        }
        byte b = bytes[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw bad("is not an ONNX model: no protobuf at byte " + at);
    }

    void skip(long length) {
      if (length < 0 || length > end - at) {
        throw cut();
      }
      at += (int) length;
    }

    private InputException cut() {
      return bad("is cut off or not an ONNX model: the field at byte " + at + " has no end");
    }
  }
}
