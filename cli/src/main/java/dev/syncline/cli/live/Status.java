package dev.syncline.cli.live;

/**
 * How the stream is doing.
 *
 * @param speed stream seconds per second
 * @param lagS how far the decisions are behind the capture, in seconds; NaN where it means nothing
 * @param lost packets that never came
 * @param late packets that came too late to be used
 */
public record Status(double speed, double lagS, long lost, long late) {}
