/**
 * The commands of {@code syncline}: one class each, which reads options, calls the modules that do
 * the work, and prints. {@link dev.syncline.cli.Exit} decides how every command ends. Results go to
 * standard output, in JSON with {@code --json}; whatever is said about them goes to standard error.
 */
package dev.syncline.cli;
