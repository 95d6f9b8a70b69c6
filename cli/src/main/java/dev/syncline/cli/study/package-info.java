/** What a study found, and how it is shown: tables, curves, JSON. Knows of no command. */
package dev.syncline.cli.study;
