/**
 * The parallel form: the same tree as a libtorch graph with autograd, whole sequences at a time,
 * state in and state out. All tensors of a call live in the caller's PointerScope.
 */
package dev.syncline.torch;
