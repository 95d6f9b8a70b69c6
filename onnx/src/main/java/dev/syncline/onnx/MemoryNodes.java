package dev.syncline.onnx;

import dev.syncline.spec.Memory.Store;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.List;

/**
 * One tick's rows write into a memory's slots and read them. Slots are {@code [streams, slots,
 * heads, depth]}, scores {@code [streams, heads, slots]}.
 */
final class MemoryNodes {
  /** Rows that a float counts. */
  private static final float OLDEST = 1 << 23;

  /** The least that an exponential is taken of. */
  private static final float LOW = -87.3f;

  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;
  private final Op.Memory o;
  private final int heads;
  private final int slots;
  private final int depth;
  private final int width;

  MemoryNodes(GraphBuilder g, Flow flow, ProductNodes products, Op.Memory o) {
    this.g = g;
    this.flow = flow;
    this.products = products;
    this.o = o;
    heads = o.layer().heads();
    slots = o.layer().latents();
    width = o.in().size();
    depth = width / heads;
  }

  void emit() {
    String x = flow.rows(o.in());
    String q = products.product(o.weights().q(), x);
    String k = products.product(o.weights().k(), x);
    String v = products.product(o.weights().v(), x);
    List<String> mixed = new ArrayList<>();
    for (int r = 0; r < o.in().rows(); r++) {
      String query = row(q, r);
      String key = row(k, r);
      String value = row(v, r);
      mixed.add(
          switch (o.layer().store()) {
            case Store.Box ignored -> {
              String all = box(key, value, r);
              yield read(all, all, query);
            }
            case Store.Decay d -> {
              String all = decay(d, key, value, r);
              yield read(all, all, query);
            }
            case Store.Competing ignored -> {
              String shares = shares(address(0), key);
              String all = move(0, shares, value, r);
              yield read(all, all, query);
            }
            case Store.KeyValue ignored -> {
              String shares = shares(address(0), key);
              move(0, shares, key, r);
              String values = move(1, shares, value, r);
              yield read(address(0), values, query);
            }
          });
    }
    flow.put(o.out(), products.product(o.weights().o(), flow.join(mixed, width)));
  }

  /** A row as {@code [streams, 1, heads, depth]}. */
  private String row(String all, int r) {
    return flow.reshape(flow.row(all, o.in().rows(), r, width), -1, 1, heads, depth);
  }

  private String byHead(String value) {
    return flow.reshape(value, 0, -1, heads, depth);
  }

  private Ring part(int i) {
    return o.state().get(i);
  }

  private String latents() {
    return g.floats(o.latents(), 1, slots, heads, depth);
  }

  /** What each of the slots' vectors has in common with a row. */
  private String scores(String vectors, String row) {
    String common = flow.reduce("ReduceSum", g.node("Mul", vectors, row), 3);
    String scaled = g.node("Mul", common, g.scalar((float) (1 / Math.sqrt(depth))));
    return flow.transpose(flow.reshape(scaled, 0, slots, heads), 0, 2, 1);
  }

  private String shares(String vectors, String row) {
    return g.node("Softmax", scores(vectors, row));
  }

  /** Attention of the row's query over the slots. */
  private String read(String vectors, String values, String query) {
    String each = g.node("Mul", values, perSlot(shares(vectors, query)));
    return flow.reshape(flow.reduce("ReduceSum", each, 1), -1, width);
  }

  /** Numbers of heads and slots beside the slots. */
  private String perSlot(String scores) {
    return flow.reshape(flow.transpose(scores, 0, 2, 1), 0, slots, heads, 1);
  }

  /** What slots are found by: what is stored of each and its learned vector. */
  private String address(int stored) {
    return g.node("Add", byHead(flow.state(part(stored))), latents());
  }

  /** Moves every slot towards a row by its share. */
  private String move(int stored, String shares, String row, int r) {
    String before = byHead(flow.state(part(stored)));
    String by = g.node("Mul", perSlot(shares), g.node("Sub", row, before));
    return stored(stored, byHead(keep(stored, g.node("Add", before, by), r)));
  }

  private String stored(int part, String value) {
    flow.state(
        part(part), flow.reshape(value, 0, part(part).part().rows(), part(part).part().width()));
    return value;
  }

  /** A new value of a state part where the row is valid, else the old one; in the part's shape. */
  private String keep(int part, String value, int r) {
    Ring ring = part(part);
    String now = flow.reshape(value, 0, ring.part().rows(), ring.part().width());
    return flow.always(o.in()) ? now : g.node("Where", isValid(r), now, flow.state(ring));
  }

  private String isValid(int r) {
    return flow.reshape(flow.row(flow.isValid(o.in()), o.in().rows(), r, 1), -1, 1, 1);
  }

  /** Slots from all rows of the box. */
  private String box(String key, String value, int r) {
    Buffer in = o.in();
    int pairs = heads * slots;
    String fresh = flow.reshape(scores(latents(), key), 0, 1, pairs);
    String there = flow.reshape(flow.row(flow.validNumbers(in), in.rows(), r, 1), -1, 1, 1);
    String of = flow.reshape(value, 0, 1, width);
    if (!flow.always(in)) {
      fresh = g.node("Where", isValid(r), fresh, g.scalar(0f));
      of = g.node("Where", isValid(r), of, g.scalar(0f));
    }
    flow.remember(part(0), in.rows(), r, 1, fresh);
    flow.remember(part(1), in.rows(), r, 1, of);
    flow.remember(part(2), in.rows(), r, 1, there);
    String scores = g.node("Add", flow.state(part(0)), flow.unless(flow.state(part(2))));
    String shares = g.node("Softmax", flow.transpose(scores, 0, 2, 1));
    String byHead = flow.reshape(shares, 0, heads, slots, -1);
    String values = flow.transpose(byHead(flow.state(part(1))), 0, 2, 1, 3);
    return flow.transpose(g.node("MatMul", byHead, values), 0, 2, 1, 3);
  }

  /** Sums that are all scaled by e to minus the greatest of the aged scores. */
  private String decay(Store.Decay decay, String key, String value, int r) {
    String rate = g.scalar(decay.rate());
    String age = g.node("Add", flow.state(part(1)), g.scalar(1f));
    String oldest = g.node("Equal", age, g.scalar(OLDEST));
    String most = flow.state(part(0));
    String shifted = g.node("Sub", most, g.scalar(decay.rate() * OLDEST));
    most = g.node("Where", oldest, shifted, most);
    age = g.node("Where", oldest, g.scalar(0f), age);
    String score = scores(latents(), key);
    String aged = g.node("Sub", most, g.node("Mul", rate, age));
    String greatest = g.node("Max", aged, score);
    String old = g.node("Exp", g.node("Max", g.node("Sub", aged, greatest), g.scalar(LOW)));
    String fresh = g.node("Exp", g.node("Max", g.node("Sub", score, greatest), g.scalar(LOW)));
    String taken = g.node("GreaterOrEqual", score, aged);
    if (!flow.always(o.in())) {
      taken = g.node("And", taken, isValid(r));
    }
    String weights = keep(2, g.node("Add", g.node("Mul", old, flow.state(part(2))), fresh), r);
    String before = g.node("Mul", perSlot(old), byHead(flow.state(part(3))));
    String sums = keep(3, g.node("Add", before, g.node("Mul", perSlot(fresh), value)), r);
    flow.state(part(0), g.node("Where", taken, score, most));
    flow.state(part(1), g.node("Where", taken, g.scalar(0f), age));
    flow.state(part(2), weights);
    flow.state(part(3), sums);
    return g.node("Div", byHead(sums), perSlot(weights));
  }
}
