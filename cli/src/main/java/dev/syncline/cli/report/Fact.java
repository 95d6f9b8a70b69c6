package dev.syncline.cli.report;

/** A number or word at the top of a page, such as "clips", "1,200". */
public record Fact(String name, String value) {}
