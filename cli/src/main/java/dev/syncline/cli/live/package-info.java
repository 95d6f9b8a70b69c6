/**
 * What a running stream shows: a timeline drawn on a terminal, plain lines, JSON Lines or WebVTT.
 * All of them are a {@link dev.syncline.cli.live.LiveOutput} that takes ticks and events in the
 * order in which the stream emits them, and none of them ever takes anything back. Plain values in,
 * characters out; time comes from the caller.
 */
package dev.syncline.cli.live;
