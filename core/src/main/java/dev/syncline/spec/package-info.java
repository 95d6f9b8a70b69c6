/**
 * A model as data: a tree of sealed records. From the tree alone follow shapes ({@link
 * dev.syncline.spec.Node}), parameters, state, receptive field and cost, each by one exhaustive
 * switch in one file. The two exact forms of a model, the step program and the libtorch graph, are
 * two more switches over the same tree; they live elsewhere. Nothing here has weights.
 */
package dev.syncline.spec;
