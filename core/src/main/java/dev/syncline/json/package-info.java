/**
 * JSON from outside and back: a strict tree (no duplicate keys, bounded depth), a cursor that knows
 * where it is so that every complaint names file and field, and one codec that turns records into
 * JSON and back. Everything that Syncline writes as JSON is a record. Knows nothing of models.
 */
package dev.syncline.json;
