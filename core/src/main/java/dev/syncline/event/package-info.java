/**
 * From probabilities per tick to events, causally: an event is told when it opens and when it
 * closes, and nothing that was told is ever revised. Plans hold only constants; what a decoder
 * remembers of a stream lies in the caller's array.
 */
package dev.syncline.event;
