package dev.syncline.media;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The two executables, by name on the PATH or by path. Version 5.1 or newer.
 *
 * @param ffmpeg the decoder
 * @param ffprobe the inspector
 */
public record Ffmpeg(String ffmpeg, String ffprobe) {
  /** Both as the PATH has them. */
  public static final Ffmpeg ON_PATH = new Ffmpeg("ffmpeg", "ffprobe");

  /**
   * Demuxers of files that stand alone. Play lists and patterns (hls, dash, concat, image2, sdp...)
   * are left out because they name other files, which a file from outside must not do.
   */
  private static final String CONTAINERS =
      "aac,ac3,aiff,amr,ape,asf,au,avi,av1,caf,dts,dv,eac3,flac,flv,gif,h264,hevc,ivf,m4v,matroska,"
          + "mov,mp3,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,tta,w64,wav,wv,yuv4mpegpipe";

  private static final Pattern PROTOCOL = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]+:.*");

  /** The command's start, up to and including the input; the child can read this file alone. */
  List<String> open(String executable, Path file, MediaLimits limits, List<String> options) {
    check(file, limits);
    List<String> command = new ArrayList<>(List.of(executable, "-v", "error", "-hide_banner"));
    command.addAll(options);
    command.addAll(List.of("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS));
    command.addAll(List.of("-max_streams", Integer.toString(Probe.MAX_STREAMS)));
    command.addAll(List.of("-i", "file:" + file.toAbsolutePath()));
    return command;
  }

  private static void check(Path file, MediaLimits limits) {
    String name = file.toString();
    if (name.startsWith("-") || PROTOCOL.matcher(name).matches()) {
      throw new InputException(
          name + ": looks like an option or an address; only files are read: write ./" + name);
    }
    if (!Files.exists(file)) {
      throw new InputException(name + ": no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new InputException(name + ": is not a file");
    }
    try {
      long size = Files.size(file);
      if (size > limits.maxBytes()) {
        throw new InputException(
            name + ": has " + size + " bytes, the limit is " + limits.maxBytes());
      }
    } catch (IOException e) {
      throw new InputException(name + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
