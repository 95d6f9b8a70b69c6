/**
 * Frozen encoders as ONNX files, run by ONNX Runtime on one thread. A file is read once, checked as
 * data (no external tensors, no inputs with silent defaults) and bound to what the model asks for
 * by name and shape; the stream's state stays with the caller. Knows nothing of training.
 */
package dev.syncline.onnx;
