package dev.syncline.cli;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * How every command ends: 0 done, 1 input that is refused, 2 a wrong command line, 70 a fault of
 * Syncline itself. Each failure is one line on standard error; {@code -Dsyncline.trace=true} adds
 * the stack trace of a fault.
 */
public final class Exit implements IExecutionExceptionHandler, IParameterExceptionHandler {
  public static final int REFUSED = 1;
  public static final int USAGE = 2;
  public static final int FAULT = 70;

  private Exit() {}

  /** Makes a command, and all commands below it, end this way. */
  public static CommandLine install(CommandLine command) {
    Exit exit = new Exit();
    return command
        .setExecutionStrategy(parsed -> exit.execute(parsed, command))
        .setExecutionExceptionHandler(exit)
        .setParameterExceptionHandler(exit);
  }

  private int execute(ParseResult parsed, CommandLine command) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      command
          .getErr()
          .printf(
              "out of memory, of %d MB%s: SYNCLINE_JAVA_OPTS=-Xmx4g gives it 4 GB, for example%n",
              Runtime.getRuntime().maxMemory() >> 20,
              e.getMessage() == null ? "" : " (" + oneLine(e.getMessage()) + ")");
      return REFUSED;
    } catch (LinkageError e) {
      return notLoaded(e, command.getErr());
    } catch (Error e) {
      return fault(e, command.getErr());
    }
  }

  /** A native library that cannot be unpacked or loaded is no fault; any other class is one. */
  private static int notLoaded(LinkageError e, PrintWriter err) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason;
    if (root instanceof IOException io) {
      reason = InputException.reason(io);
    } else if (root instanceof UnsatisfiedLinkError) {
      reason = oneLine(root.getMessage()).replaceAll(" in java\\.library\\.path.*", "");
    } else {
      return fault(e, err);
    }
    err.printf(
        "a native library cannot be loaded (%s): it is unpacked into %s or ~/.javacpp, which must"
            + " have room and allow programs%n",
        reason, System.getProperty("java.io.tmpdir"));
    return REFUSED;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (e instanceof InputException) {
      err.println(oneLine(e.getMessage()));
      return REFUSED;
    } else if (e instanceof IOException io) {
      err.println(oneLine("cannot be read or written: " + InputException.reason(io)));
      return REFUSED;
    }
    return fault(e, err);
  }

  private static int fault(Throwable e, PrintWriter err) {
    String trace =
        Boolean.getBoolean("syncline.trace") ? "" : " (-Dsyncline.trace=true tells more)";
    err.println("internal error: " + oneLine(e.toString()) + trace);
    if (trace.isEmpty()) {
      e.printStackTrace(err);
    }
    return FAULT;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String hint = "";
    if (e instanceof UnmatchedArgumentException u && !u.getUnmatched().isEmpty()) {
      List<String> options =
          command.getCommandSpec().options().stream().map(o -> o.longestName()).toList();
      String word = u.getUnmatched().getFirst();
      hint = word.startsWith("-") && !options.isEmpty() ? Field.hint(word, options) : "";
    }
    command
        .getErr()
        .println(oneLine(e.getMessage()) + hint + " (" + name + " --help shows the usage)");
    return USAGE;
  }

  /** Takes back what was to be done on Ctrl-C; it may be under way. */
  static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends, and the hook runs.
    }
  }

  private static String oneLine(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
