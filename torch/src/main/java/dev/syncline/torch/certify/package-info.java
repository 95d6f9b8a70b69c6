/**
 * What the product stands on: a model is put to the test, from samples and pixels to events, and
 * what was found is written beside it as a certificate and a model card. The tests work on any
 * system that turns recordings into decisions, so that one which peeks can be shown to fail.
 */
package dev.syncline.torch.certify;
