package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Memory;
import dev.syncline.spec.Memory.Store;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * A memory in the parallel form, in parts of a piece, so that memory grows with rows × part. Slots
 * are {@code [batch, heads, slots, rows, depth]}.
 */
final class MemoryForm {
  private static final long PART = 128;

  private final LayerPiece own;
  private final Memory layer;

  MemoryForm(LayerPiece own, Memory layer) {
    this.own = own;
    this.layer = layer;
  }

  /** By what slots are found and what is read of them, after every row. */
  private record Slots(Tensor keys, Tensor values) {
    static Slots alike(Tensor slots) {
      return new Slots(slots, slots);
    }
  }

  Rows rows(Rows x) {
    Tensor valid =
        x.valid() == null
            ? Tensors.placed(ones(x.batch(), x.rows()))
            : x.valid().toType(ScalarType.Float);
    Tensor q = heads(own.project("q", x.values()));
    Tensor k = heads(own.project("k", x.values()));
    Tensor v = heads(own.project("v", x.values()));
    TensorVector mixed = new TensorVector();
    for (long from = 0; from < x.rows(); from += PART) {
      long n = Math.min(PART, x.rows() - from);
      Tensor there = valid.narrow(1, from, n);
      Tensor keys = k.narrow(2, from, n);
      Tensor values = v.narrow(2, from, n);
      Slots slots =
          switch (layer.store()) {
            case Store.Box b -> Slots.alike(box(b, keys, values, there));
            case Store.Decay d -> Slots.alike(decay(d, keys, values, there));
            case Store.Competing ignored -> Slots.alike(compete(keys, values, there));
            case Store.KeyValue ignored -> keyValue(keys, values, there);
          };
      mixed.push_back(read(q.narrow(2, from, n), slots));
    }
    return x.with(own.project("o", cat(mixed, 1)));
  }

  /** {@code [batch, n, width]} that queries {@code [batch, heads, n, depth]} find in the slots. */
  private Tensor read(Tensor q, Slots slots) {
    Tensor scores = sum(q.unsqueeze(2).mul(slots.keys()), -1).mul(scale());
    Tensor mixed = sum(softmax(scores, 2).unsqueeze(4).mul(slots.values()), 2);
    return mixed.transpose(1, 2).reshape(q.size(0), q.size(2), own.node().input().width());
  }

  private Tensor box(Store.Box box, Tensor k, Tensor v, Tensor there) {
    long n = k.size(2);
    long batch = k.size(0);
    long pairs = (long) layer.heads() * layer.latents();
    Tensor fresh = scores(k).permute(0, 3, 1, 2).reshape(batch, n, pairs);
    Tensor mask = there.unsqueeze(2);
    Tensor scores = remembered("scores", where(mask.gt(half()), fresh, zero()), box);
    Tensor rows = v.transpose(1, 2).reshape(batch, n, own.node().input().width());
    Tensor values = remembered("v", where(mask.gt(half()), rows, zero()), box);
    Tensor seen = remembered("valid", mask, box).squeeze(2).gt(half());
    long all = n + box.rows();
    Tensor age = ages(n, all, box.rows());
    Tensor visible =
        age.ge(zero()).logical_and(age.lt(new Scalar((float) box.rows()))).unsqueeze(0);
    visible = visible.logical_and(seen.unsqueeze(1)).unsqueeze(1).unsqueeze(1);
    Tensor logits =
        scores.reshape(batch, all, layer.heads(), layer.latents()).permute(0, 2, 3, 1).unsqueeze(3);
    Tensor weights = softmax(where(visible, logits, new Scalar(Graph.LOWEST)), 4);
    return weights.matmul(heads(values).unsqueeze(2));
  }

  /** A part of the state with the part's rows behind it, and what of it remains. */
  private Tensor remembered(String part, Tensor rows, Store.Box box) {
    Tensor all = cat(Graph.pair(state(part), rows), 1);
    own.remember(part, all.narrow(1, rows.size(1), box.rows()));
    return all;
  }

  private Tensor decay(Store.Decay decay, Tensor k, Tensor v, Tensor there) {
    long n = k.size(2);
    Tensor age = ages(n, n, 0);
    Tensor visible = age.ge(zero()).unsqueeze(0).logical_and(there.gt(half()).unsqueeze(1));
    visible = visible.unsqueeze(1).unsqueeze(1);
    Tensor logits = scores(k).unsqueeze(3).sub(age.mul(new Scalar(decay.rate())));
    logits = where(visible, logits, new Scalar(Graph.LOWEST));
    // [batch, heads, slots, rows]: the state's greatest score, aged.
    Tensor aging = Tensors.placed(arange(new Scalar(n))).add(new Scalar(1f));
    Tensor aged = state("age").unsqueeze(3).add(aging).mul(new Scalar(decay.rate()));
    Tensor old = state("most").unsqueeze(3).sub(aged);
    // Values and weights are divided by each other, so the scale needs no gradient.
    Tensor most = logits.detach().amax(new long[] {4}, false).maximum(old.detach());
    Tensor weights = logits.sub(most.unsqueeze(4)).exp();
    Tensor kept = old.detach().sub(most).exp();
    Tensor before = heads(state("sums")).unsqueeze(3);
    Tensor sums = weights.matmul(v.unsqueeze(2)).add(kept.unsqueeze(4).mul(before));
    Tensor total = sum(weights, 4).add(kept.mul(state("weights").unsqueeze(3)));
    greatest(scores(k).detach(), logits.select(3, n - 1).detach(), old.select(3, n - 1).detach());
    own.remember("weights", total.select(3, n - 1));
    Tensor last = sums.select(3, n - 1).transpose(1, 2);
    own.remember("sums", last.reshape(k.size(0), layer.latents(), own.node().input().width()));
    Tensor some = total.gt(zero());
    return sums.div(where(some, total, new Scalar(1f)).unsqueeze(4));
  }

  /** Keeps the greatest score after the last row as it was, and its age. */
  private void greatest(Tensor scores, Tensor logits, Tensor old) {
    long n = logits.size(3);
    Tensor row = logits.argmax(new LongOptional(3), true);
    Tensor before = old.gt(logits.gather(3, row).squeeze(3));
    Tensor score = scores.gather(3, row).squeeze(3);
    Tensor age = row.squeeze(3).to(old.scalar_type()).neg().add(new Scalar(n - 1f));
    own.remember("most", where(before, state("most"), score));
    own.remember("age", where(before, state("age").add(new Scalar((float) n)), age));
  }

  private Tensor compete(Tensor k, Tensor v, Tensor there) {
    Tensor slots = heads(state("slots"));
    Tensor latents = heads(latents());
    TensorVector each = new TensorVector();
    for (long r = 0; r < k.size(2); r++) {
      Tensor share = share(slots.add(latents), k.narrow(2, r, 1));
      slots = moved(slots, share, v.narrow(2, r, 1), there.select(1, r));
      each.push_back(slots);
    }
    store("slots", slots);
    return stack(each, 3);
  }

  private Slots keyValue(Tensor k, Tensor v, Tensor there) {
    Tensor keys = heads(state("keys"));
    Tensor values = heads(state("values"));
    Tensor latents = heads(latents());
    TensorVector addresses = new TensorVector();
    TensorVector contents = new TensorVector();
    for (long r = 0; r < k.size(2); r++) {
      Tensor key = k.narrow(2, r, 1);
      Tensor share = share(keys.add(latents), key);
      keys = moved(keys, share, key, there.select(1, r));
      values = moved(values, share, v.narrow(2, r, 1), there.select(1, r));
      addresses.push_back(keys.add(latents));
      contents.push_back(values);
    }
    store("keys", keys);
    store("values", values);
    return new Slots(stack(addresses, 3), stack(contents, 3));
  }

  /** A row's shares of the slots, {@code [batch, heads, slots, 1]}. */
  private Tensor share(Tensor addresses, Tensor key) {
    return softmax(sum(addresses.mul(key), -1).mul(scale()), 2).unsqueeze(3);
  }

  private static Tensor moved(Tensor slots, Tensor share, Tensor row, Tensor there) {
    Tensor valid = there.gt(half()).reshape(-1, 1, 1, 1);
    return where(valid, slots.add(share.mul(row.sub(slots))), slots);
  }

  private void store(String part, Tensor slots) {
    own.remember(part, slots.transpose(1, 2).flatten(2, 3));
  }

  /** What the slots' vectors and keys have in common, {@code [batch, heads, slots, rows]}. */
  private Tensor scores(Tensor k) {
    return heads(latents()).matmul(k.transpose(2, 3)).mul(scale());
  }

  private Tensor latents() {
    return own.get("latents").unsqueeze(0);
  }

  /** How many rows key j is behind query i, {@code [queries, keys]}; below 0 if it is ahead. */
  private static Tensor ages(long queries, long keys, long offset) {
    Tensor query = Tensors.placed(arange(new Scalar(queries))).unsqueeze(1);
    Tensor key = Tensors.placed(arange(new Scalar(keys))).unsqueeze(0);
    return query.add(new Scalar(offset)).sub(key).toType(ScalarType.Float);
  }

  /** {@code [batch, n, width]} to {@code [batch, heads, n, depth]}. */
  private Tensor heads(Tensor t) {
    return t.reshape(t.size(0), t.size(1), layer.heads(), t.size(2) / layer.heads())
        .transpose(1, 2);
  }

  /** A state part as the last part of the piece left it. */
  private Tensor state(String part) {
    return own.after().getOrDefault(own.node().name(part), () -> own.past(part)).get();
  }

  private Scalar scale() {
    return new Scalar(1 / Math.sqrt((double) own.node().input().width() / layer.heads()));
  }

  private static Scalar zero() {
    return new Scalar(0f);
  }

  private static Scalar half() {
    return new Scalar(0.5f);
  }

  private static Tensor sum(Tensor t, long dim) {
    return org.bytedeco.pytorch.global.torch.sum(
        t, new long[] {dim}, false, new ScalarTypeOptional());
  }
}
