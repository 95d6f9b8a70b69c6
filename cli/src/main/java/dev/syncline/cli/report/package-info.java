/**
 * Reports that people look at: one HTML file that needs nothing else, about a data set ({@link
 * dev.syncline.cli.report.DataReport}) or about how good a model is on it ({@link
 * dev.syncline.cli.report.EvalReport}). Plain values in, a page out: it knows neither models nor
 * files of a data set. The same values give the same bytes.
 */
package dev.syncline.cli.report;
