package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.step.Model;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import dev.syncline.torch.certify.Certificate;
import dev.syncline.torch.certify.Certifier;
import dev.syncline.torch.certify.Check;
import dev.syncline.torch.certify.ModelCard;
import dev.syncline.torch.certify.Recording;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Proves that a model does not look ahead, and writes its card. */
@Command(
    name = "certify",
    mixinStandardHelpOptions = true,
    description =
        "Test that a model is causal and that both its forms are one, and write its card.")
final class CertifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data set folder; without it, noise stands in for recordings")
  private Path data;

  @Option(
      names = "--split",
      defaultValue = "test",
      description = "split to take clips from (default ${DEFAULT-VALUE})")
  private String split;

  @Option(
      names = "--clips",
      defaultValue = "3",
      paramLabel = "N",
      description = "clips to examine (default ${DEFAULT-VALUE})")
  private int clips;

  @Option(
      names = "--ticks",
      defaultValue = "300",
      paramLabel = "N",
      description = "ticks over which state and latency are watched (default ${DEFAULT-VALUE})")
  private int ticks;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "seed of the random moments (default ${DEFAULT-VALUE})")
  private long seed;

  @Option(names = "--json", description = "the certificate as one JSON object on standard output")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    within("--clips", clips, 1, 1000);
    within("--ticks", ticks, 1, 1_000_000);
    Model model = Models.load(folder);
    List<Recording> recordings = recordings(model);
    PrintWriter err = spec.commandLine().getErr();
    Certificate certificate =
        certify(
            model,
            recordings,
            new Certifier.Options(4, ticks, seed),
            what -> err.println("certify: " + what));
    String examined =
        data == null
            ? "noise"
            : Dataset.open(data).name() + ", " + split + ", " + recordings.size() + " clips";
    certificate.write(
        Models.folder(folder), ModelCard.markdown(certificate, model.spec(), examined, ""));
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? certificate.json().pretty().strip() : summary(certificate));
    return certificate.causal() ? 0 : 1;
  }

  static Certificate certify(
      Model model,
      List<Recording> recordings,
      Certifier.Options options,
      Certifier.Listener listener) {
    return new Certifier(model, recordings, options, listener).certify();
  }

  private void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s must be from %d to %d, is %d".formatted(option, least, most, value));
    }
  }

  private List<Recording> recordings(Model model) {
    if (data == null) {
      return List.of();
    }
    Dataset dataset = Dataset.open(data);
    List<Recording> recordings = new ArrayList<>();
    List<String> ids = dataset.clips(split);
    if (ids.isEmpty()) {
      throw new InputException(data + ": the split \"" + split + "\" is empty");
    }
    for (String id : ids.subList(0, Math.min(clips, ids.size()))) {
      recordings.add(recording(model, dataset, dataset.clip(id)));
    }
    return recordings;
  }

  /** A clip's packets, decoded. */
  static Recording recording(Model model, Dataset data, Clip clip) {
    try (Session session = model.open(Session.SILENT)) {
      ClipPackets source = new ClipPackets(data, clip, session, 0);
      List<Packet> packets = new ArrayList<>();
      for (Packet p = source.next(); p != null; p = source.next()) {
        packets.add(p);
      }
      return new Recording(clip.id(), packets, ClipPackets.ticks(clip, model.spec().tick()));
    }
  }

  static String summary(Certificate c) {
    StringBuilder text = new StringBuilder();
    for (Check check : c.checks()) {
      text.append(
          "  %-16s %s  %s%n"
              .formatted(
                  check.name(),
                  check.passed() ? "passed" : "FAILED",
                  check.passed() ? check.what() : check.detail()));
    }
    text.append(
        c.causal()
            ? "certified causal: card.json and card.md are in the model folder"
            : "NOT certified causal");
    return text.toString();
  }
}
