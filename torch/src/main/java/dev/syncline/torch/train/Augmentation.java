package dev.syncline.torch.train;

import dev.syncline.spec.*;
import dev.syncline.step.Block;

public record Augmentation() {
  public record Drawn() {
    float[] samples(String m, float[] s, double rate) {
      return s;
    }

    Block rows(String m, Block b, FrontEnd f) {
      return b;
    }
  }

  public boolean changesSamples() {
    return false;
  }

  public Drawn draw(ModelSpec spec, int ticks, long seed) {
    return new Drawn();
  }
}
