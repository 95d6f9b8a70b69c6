package dev.syncline.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The frame around the sections: head, style, navigation, script. A content security policy allows
 * pictures inside the file and this one script, known by its digest, and nothing else.
 */
final class Page {
  private final String title;
  private final String kind;
  private final List<String> labels;
  private final List<String> sections = new ArrayList<>();
  private final Html body = new Html();
  private String style = resource("report.css");
  private String script = resource("report.js");

  Page(String title, String kind, List<String> labels) {
    this.title = title;
    this.kind = kind;
    this.labels = labels;
  }

  /** A page that has more to show than others brings its own style and script along. */
  void with(String resource) {
    style += resource(resource + ".css");
    script += resource(resource + ".js");
  }

  void facts(List<Fact> facts) {
    body.open("dl", "class", "facts");
    for (Fact fact : facts) {
      body.open("div").leaf("dt", fact.name()).leaf("dd", fact.value()).close();
    }
    body.close();
  }

  void section(String name, Consumer<Html> content) {
    sections.add(name);
    body.open("section", "id", anchor(name)).leaf("h2", name);
    content.accept(body);
    body.close();
  }

  String html() {
    Html html = new Html().trusted("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
    html.single("meta", "charset", "utf-8");
    html.single(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
            + digest(script)
            + "'");
    html.single("meta", "name", "viewport", "content", "width=device-width,initial-scale=1");
    html.single("meta", "name", "color-scheme", "content", "light dark");
    html.leaf("title", title + " · " + kind);
    html.open("style").trusted(style).trusted(classColors()).close().close();
    html.open("body");
    header(html);
    html.open("main").trusted(body.toString()).close();
    html.open("script").trusted(script).close();
    return html.close().close().trusted("\n").toString();
  }

  private void header(Html html) {
    html.open("header", "class", "top").open("div", "class", "bar");
    html.open("div", "class", "brand").leaf("span", "syncline").leaf("em", kind).close();
    html.open("nav");
    for (String section : sections) {
      html.leaf("a", section, "href", "#" + anchor(section));
    }
    html.close();
    html.leaf("button", "◐", "id", "theme", "type", "button", "title", "light or dark (t)");
    html.close().close();
    html.leaf("h1", title);
  }

  private static String anchor(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** A class is {@code k0, k1 …}: one colour all over the page, in both modes. */
  private String classColors() {
    StringBuilder light = new StringBuilder(":root{");
    StringBuilder dark = new StringBuilder();
    StringBuilder use = new StringBuilder();
    for (int i = 0; i < labels.size(); i++) {
      light.append("--k").append(i).append(':').append(Colors.hex(Colors.ofClass(i, false)));
      light.append(';');
      dark.append("--k").append(i).append(':').append(Colors.hex(Colors.ofClass(i, true)));
      dark.append(';');
      use.append(".k").append(i).append("{--k:var(--k").append(i).append(")}");
    }
    return light
        + "}:root[data-theme=dark]{"
        + dark
        + "}@media(prefers-color-scheme:dark){:root:not([data-theme=light]){"
        + dark
        + "}}"
        + use;
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(String script) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
