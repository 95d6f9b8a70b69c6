package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.linear;

import dev.syncline.spec.Node;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * One layer in a piece: its tensors, and who is told what it looks at.
 *
 * @param parameters of the whole tree by name
 * @param before the state that came before the piece
 * @param after where the state after the piece is put
 */
record LayerPiece(
    Node node,
    Map<String, Tensor> parameters,
    State before,
    Map<String, Supplier<Tensor>> after,
    Optional<Consumer<Insight>> observer) {

  /** A parameter; null where the layer has none of that name. */
  Tensor get(String name) {
    return parameters.get(node.name(name));
  }

  /** What of a state part came before the piece. */
  Tensor past(String part) {
    return before.parts().get(node.name(part));
  }

  /** Sets what a state part is after the piece. */
  void remember(String part, Tensor value) {
    remember(part, () -> value);
  }

  /** Sets how a state part after the piece is made, if anybody asks for it. */
  void remember(String part, Supplier<Tensor> value) {
    after.put(node.name(part), value);
  }

  /** Rows times the matrix {@code part.weight}, with the bias {@code part.bias}. */
  Tensor project(String part, Tensor x) {
    return linear(x, get(part + ".weight"), new TensorOptional(get(part + ".bias")));
  }
}
