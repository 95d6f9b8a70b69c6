package dev.syncline.data;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbered pictures of one clip: a folder and names made of a prefix, a number with leading
 * zeros, and a suffix.
 */
public record FrameFiles(Path folder, String prefix, int digits, String suffix) {
  private static final Pattern PLACE = Pattern.compile("%0([1-9])d");
  private static final int MAX_FRAMES = 10_000_000;

  /** The files that a path whose last part has one {@code %05d} stands for. */
  public static FrameFiles of(Path pattern) {
    String name = pattern.getFileName().toString();
    Matcher place = PLACE.matcher(name);
    if (!place.find()) {
      throw new IllegalArgumentException("no number in " + pattern);
    }
    return new FrameFiles(
        pattern.resolveSibling(""),
        name.substring(0, place.start()),
        place.group(1).charAt(0) - '0',
        name.substring(place.end()));
  }

  /** Whether the last part of a path has a number's place in it. */
  public static boolean isNumbered(String pattern) {
    return PLACE.matcher(pattern.substring(pattern.lastIndexOf('/') + 1)).find();
  }

  /** The file of frame {@code index}, counted from 0. */
  public Path file(int index) {
    String number = Integer.toString(index);
    return folder.resolve(
        prefix + "0".repeat(Math.max(0, digits - number.length())) + number + suffix);
  }

  /** The numbers for which there is a file. */
  public BitSet present() {
    BitSet present = new BitSet();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        int index = index(file.getFileName().toString());
        if (index >= 0) {
          present.set(index);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new InputException(folder + ": no such folder of frames", e);
    } catch (IOException e) {
      throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
    }
    return present;
  }

  private int index(String name) {
    int end = name.length() - suffix.length();
    if (!name.startsWith(prefix) || !name.endsWith(suffix) || end - prefix.length() < digits) {
      return -1;
    }
    int index = 0;
    for (int i = prefix.length(); i < end; i++) {
      int digit = name.charAt(i) - '0';
      if (digit < 0 || digit > 9 || index > MAX_FRAMES) {
        return -1;
      }
      index = 10 * index + digit;
    }
    return index < MAX_FRAMES ? index : -1;
  }
}
