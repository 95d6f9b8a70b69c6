package dev.syncline.torch.certify;

/**
 * One thing that was tested.
 *
 * @param what was done, with counts
 * @param worst the largest figure found, in the check's own unit; 0 where bits are compared
 * @param detail where and when it failed; empty if it passed
 */
public record Check(String name, boolean passed, String what, double worst, String detail) {
  static Check passed(String name, String what, double worst) {
    return new Check(name, true, what, worst, "");
  }

  static Check failed(String name, String what, double worst, String detail) {
    return new Check(name, false, what, worst, detail);
  }
}
