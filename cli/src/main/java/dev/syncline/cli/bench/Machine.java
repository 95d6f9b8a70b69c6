package dev.syncline.cli.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where it was measured. What a system does not tell is left out.
 *
 * @param cores that the process may run on
 * @param flags of the processor that matter to the kernels of anybody
 * @param caches of the first core, by name
 * @param affinity their numbers; one where it is pinned
 * @param libraries versions, by name
 */
record Machine(
    String cpu,
    int cores,
    List<String> flags,
    Map<String, String> caches,
    String affinity,
    String system,
    String jdk,
    List<String> jvmFlags,
    Map<String, String> libraries) {
  private static final Set<String> MATTER =
      Set.of("avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "asimd");
  private static final Pattern LIBRARY =
      Pattern.compile(
          "(onnxruntime|pytorch|openblas)-(\\d[\\w.-]*?)(-linux.*|-macos.*|-win.*)?\\.jar$");

  static Machine here() {
    return new Machine(
        line("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        readFlags(),
        readCaches(),
        line("/proc/self/status", "Cpus_allowed_list"),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor.version", "") + " " + Runtime.version(),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        findLibraries());
  }

  /** Whether the process runs on one core only; true where the system does not tell. */
  boolean pinned() {
    return !affinity.contains(",") && !affinity.contains("-");
  }

  /** Load average of the last minute; below 0 where there is none. */
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Bytes of the process that lie in memory; 0 where the system does not tell. */
  static long residentBytes() {
    String size = line("/proc/self/status", "VmRSS").replaceAll("\\D", "");
    return size.isEmpty() ? 0 : 1024 * Long.parseLong(size);
  }

  private static List<String> readFlags() {
    Set<String> all = new TreeSet<>(Set.of(line("/proc/cpuinfo", "flags").split(" ", -1)));
    all.retainAll(MATTER);
    return List.copyOf(all);
  }

  private static Map<String, String> readCaches() {
    Map<String, String> caches = new LinkedHashMap<>();
    Path folder = Path.of("/sys/devices/system/cpu/cpu0/cache");
    for (int i = 0; Files.isDirectory(folder.resolve("index" + i)); i++) {
      Path index = folder.resolve("index" + i);
      String type = text(index.resolve("type")).replace("Unified", "").replace("Data", "d");
      if (!type.equals("Instruction")) {
        caches.put("L" + text(index.resolve("level")) + type, text(index.resolve("size")));
      }
    }
    return caches;
  }

  private static Map<String, String> findLibraries() {
    Map<String, String> versions = new LinkedHashMap<>();
    String separator = System.getProperty("path.separator");
    for (String jar : System.getProperty("java.class.path").split(separator, -1)) {
      Matcher m = LIBRARY.matcher(jar);
      if (m.find()) {
        versions.put(m.group(1), m.group(2));
      }
    }
    return versions;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** What stands behind the first line that begins with a key and a colon. */
  private static String line(String file, String key) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(l -> l.startsWith(key) && l.contains(":"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
