package dev.syncline.torch.train;

import java.nio.file.Path;

public final class EventFile implements AutoCloseable {
  public static EventFile append(Path p, long step) {
    return new EventFile();
  }

  public void scalar(String tag, long step, float v, double t) {}

  @Override
  public void close() {}
}
