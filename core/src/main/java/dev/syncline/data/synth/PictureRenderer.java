package dev.syncline.data.synth;

import dev.syncline.data.Rgb;
import dev.syncline.data.synth.Scene.Body;
import dev.syncline.data.synth.Scene.Place;
import dev.syncline.data.synth.Scene.Thing;
import dev.syncline.data.synth.Scene.Wall;
import java.util.Arrays;

/**
 * The pictures of a scene, square. Everything is painted at four points a pixel and averaged; the
 * backdrop is a landscape that pans slowly, and a little grain lies over all.
 */
final class PictureRenderer {
  private static final int SUB = 2;
  private static final double PAN = 0.25;
  private static final int GRAIN = 4;

  private final Scene scene;
  private final int size;
  private final int fine;
  private final int wide;
  private final int[] backdrop;
  private final int[] canvas;

  PictureRenderer(Scene scene, int size) {
    this.scene = scene;
    this.size = size;
    this.fine = SUB * size;
    this.wide = (int) (fine * (1 + PAN));
    this.backdrop = backdrop();
    this.canvas = new int[fine * fine];
  }

  /** The picture at a time; {@code index} is the number of the frame, which seeds its grain. */
  Rgb render(double timeS, int index) {
    int pan = (int) ((wide - fine) * timeS / scene.durationS());
    for (int y = 0; y < fine; y++) {
      System.arraycopy(backdrop, y * wide + pan, canvas, y * fine, fine);
    }
    for (Thing thing : scene.things()) {
      if (thing.body().isPresent() && thing.body().get().shows(timeS)) {
        paint(thing, thing.body().get(), timeS);
      }
    }
    scene.walls().forEach(this::paint);
    return averaged(Dice.of(scene.seed(), index + 1));
  }

  private void paint(Thing thing, Body body, double timeS) {
    Place place = thing.place(timeS);
    double since = timeS - thing.voice().map(Scene.Voice::startS).orElse(body.startS());
    double beat = Tables.fraction(since * thing.voice().map(Scene.Voice::beatHz).orElse(1.0));
    int base = Look.hsv(body.hue(), 0.75, 0.92);
    double reach = 1.15 * place.radius() * fine;
    int left = (int) Math.max(0, place.x() * fine - reach);
    int right = (int) Math.min(fine - 1, place.x() * fine + reach);
    int top = (int) Math.max(0, place.y() * fine - reach);
    int bottom = (int) Math.min(fine - 1, place.y() * fine + reach);
    for (int y = top; y <= bottom; y++) {
      double v = ((y + 0.5) / fine - place.y()) / place.radius();
      for (int x = left; x <= right; x++) {
        double u = ((x + 0.5) / fine - place.x()) / place.radius();
        int colour = body.look().colour(body.mirrored() ? -u : u, v, base, beat);
        if (colour != Look.CLEAR) {
          canvas[y * fine + x] = colour;
        }
      }
    }
  }

  /** A wall of planks. */
  private void paint(Wall wall) {
    int light = Look.hsv(wall.hue(), 0.25, 0.5);
    int dark = Look.shade(light, 0.7);
    for (int y = 0; y < fine; y++) {
      int from = (int) Math.max(0, Math.ceil(wall.left() * fine - 0.5));
      for (int x = from; x < fine && wall.hides((x + 0.5) / fine); x++) {
        double plank = Tables.fraction(((x + 0.5) / fine - wall.left()) * 16);
        canvas[y * fine + x] = plank < 0.12 ? dark : light;
      }
    }
  }

  private Rgb averaged(Dice dice) {
    byte[] rgb = new byte[3 * size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int at = SUB * (y * fine + x);
        long noise = dice.seed();
        for (int c = 0; c < 3; c++) {
          int shift = 16 - 8 * c;
          int sum =
              ((canvas[at] >> shift) & 0xFF)
                  + ((canvas[at + 1] >> shift) & 0xFF)
                  + ((canvas[at + fine] >> shift) & 0xFF)
                  + ((canvas[at + fine + 1] >> shift) & 0xFF);
          int grain = (int) ((noise >>> (16 * c)) & 0xFFFF) * (2 * GRAIN + 1) / 65536 - GRAIN;
          rgb[3 * (y * size + x) + c] = (byte) Math.clamp((sum + 2) / 4 + grain, 0, 255);
        }
      }
    }
    return new Rgb(size, size, rgb);
  }

  /** Sky above ground, both mottled by value noise of three octaves. */
  private int[] backdrop() {
    Dice dice = new Dice(scene.seed() + 1);
    double horizon = dice.from(0.45, 0.75);
    int sky = Look.hsv(dice.from(0.5, 0.65), dice.from(0.1, 0.35), dice.from(0.55, 0.85));
    int ground = Look.hsv(dice.from(0.07, 0.4), dice.from(0.15, 0.35), dice.from(0.3, 0.55));
    double[][] lattice = new double[3][];
    for (int octave = 0; octave < 3; octave++) {
      double[] values = new double[(8 << octave) * (8 << octave)];
      Arrays.setAll(values, i -> dice.from(-1, 1));
      lattice[octave] = values;
    }
    int[] pixels = new int[fine * wide];
    for (int y = 0; y < fine; y++) {
      for (int x = 0; x < wide; x++) {
        double mottle = 0;
        for (int octave = 0; octave < 3; octave++) {
          int cells = 8 << octave;
          double cx = (double) x / wide * cells;
          double cy = (double) y / fine * cells;
          mottle += value(lattice[octave], cells, cx, cy) / (1 << octave);
        }
        double height = (double) y / fine - horizon - 0.04 * mottle;
        double depth = height < 0 ? 1 + 0.3 * height : 0.8 + 0.5 * height;
        pixels[y * wide + x] = Look.shade(height < 0 ? sky : ground, depth + 0.1 * mottle);
      }
    }
    return pixels;
  }

  /** Bilinear between lattice points, wrapping round. */
  private static double value(double[] lattice, int cells, double x, double y) {
    int i = (int) x;
    int j = (int) y;
    double fx = x - i;
    double fy = y - j;
    int right = (i + 1) % cells;
    int below = (j + 1) % cells * cells;
    j = j % cells * cells;
    i %= cells;
    double upper = lattice[j + i] + fx * (lattice[j + right] - lattice[j + i]);
    double lower = lattice[below + i] + fx * (lattice[below + right] - lattice[below + i]);
    return upper + fy * (lower - upper);
  }
}
