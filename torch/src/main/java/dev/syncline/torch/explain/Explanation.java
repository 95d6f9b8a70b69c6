package dev.syncline.torch.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * On what the decisions about one clip rest. All numbers are rounded to a millionth. The ages of a
 * decision are counted back from the tick at which it was made, which with a delay is later than
 * the tick that it is about; a decision early in the clip has fewer of them.
 *
 * @param ticks the decisions whose past was looked at; every one, in long clips every second, third
 *     ...
 * @param ages the stretches of the past
 * @param outputs by name, what each rests on by occlusion
 * @param gates what fusions let through
 * @param attention by layer and pair of streams
 */
public record Explanation(
    List<Integer> ticks,
    List<Ages> ages,
    Map<String, Occlusion> outputs,
    List<Gate> gates,
    List<Attention> attention) {

  /**
   * How far the probabilities of an output move when something is taken away (Zeiler and Fergus
   * 2014, section 4.2): the largest move of any label's, from 0 to 1.
   *
   * @param modalities for each, of every tick: its whole past is taken away
   * @param ages of each of the {@code ticks}: a stretch of the past of all modalities is
   * @param agreement with attention; none without attention, or where one of them is the same for
   *     all ages throughout
   */
  public record Occlusion(
      Map<String, List<Double>> modalities,
      List<List<Double>> ages,
      Optional<Agreement> agreement) {}

  /**
   * Whether attention and occlusion find the same stretches of the past important.
   *
   * @param spearman rank correlation over the ages of a decision, the mean over decisions
   * @param ticks over how many decisions
   */
  public record Agreement(double spearman, int ticks) {}

  /**
   * What a fusion lets through.
   *
   * @param path of the layer
   * @param shares of each of its streams, of every tick: the mean over units and rows
   */
  public record Gate(String path, Map<String, List<Double>> shares) {}

  /**
   * How one layer's rows attend to the past of a stream.
   *
   * @param path of the layer
   * @param from the stream that asks
   * @param to the stream that is looked at
   * @param ages of each of the {@code ticks}: the weight of each stretch, the mean over heads and
   *     rows of the tick; over all streams looked at it sums to 1
   */
  public record Attention(String path, String from, String to, List<List<Double>> ages) {}

  /** Of each of the ticks, the weight of each stretch, the mean over all attention; or none. */
  public Optional<List<List<Double>>> meanAttention() {
    long asking = attention.stream().map(a -> List.of(a.path(), a.from())).distinct().count();
    if (asking == 0) {
      return Optional.empty();
    }
    List<List<Double>> mean = new ArrayList<>();
    for (int t = 0; t < ticks.size(); t++) {
      double[] sum = new double[attention.getFirst().ages().get(t).size()];
      for (Attention a : attention) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += a.ages().get(t).get(i) / asking;
        }
      }
      mean.add(Rounded.list(sum));
    }
    return Optional.of(mean);
  }
}
