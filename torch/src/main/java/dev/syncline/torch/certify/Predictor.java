package dev.syncline.torch.certify;

import java.util.List;
import java.util.Map;

/** A system under test: anything that turns a recording into decisions and events. */
public interface Predictor {

  /** Decides about a whole recording, from the beginning of a stream. */
  Said predict(Recording recording);

  /**
   * What a system said.
   *
   * @param probabilities [ticks][labels] by output; row t is the decision for tick t
   * @param events what was told and when
   */
  record Said(Map<String, float[][]> probabilities, List<Told> events) {}

  /**
   * An event's opening or closing as it was told.
   *
   * @param tick ticks that had ended when it was told
   * @param what everything that was said of it
   */
  record Told(long tick, String what) {}
}
