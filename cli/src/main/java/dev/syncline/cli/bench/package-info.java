/** How fast a model steps, against the memory's bandwidth and against other runtimes. */
package dev.syncline.cli.bench;
