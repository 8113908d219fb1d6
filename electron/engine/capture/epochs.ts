/**
 * Which epochs of a capture have been given out. Where conditions are ignored, a writer that was followed can still put its own
 * checkpoint in the place of a later one, which then says what is not so: an epoch would be given out a second time, with keys of
 * the log that are taken, and changes whose entry does not count would be left out. So each writer keeps there what it began with.
 */
import { captureCheckpointSchema, epochFolder, epochKey } from '../../contract/capture-log.ts';
import { documentText } from '../documents/conditional-document.ts';
import type { ObjectSink } from '../ports.ts';
import { parseDocument, type CheckpointFacts } from './capture-ledger.ts';
import { placesFrom } from './replay/read-log.ts';

/** The last epoch that was given out, and the checkpoint that can be believed. */
export interface LastEpoch {
  readonly epoch: number;
  readonly checkpoint: CheckpointFacts;
}

/** @param found the checkpoint as it lies there. @throws AppError `DATA_STATE_INVALID`, or of the DEST_ family */
export async function lastEpoch(
  sink: ObjectSink,
  found: CheckpointFacts,
  signal: AbortSignal,
): Promise<LastEpoch> {
  const { job } = found;
  const checkpoint = found.fenced ? found : await lastBegun(sink, found, signal);
  let { epoch } = checkpoint;
  // A checkpoint can be older than the log as well.
  for await (const place of placesFrom(sink, job, logFrom(checkpoint), signal))
    epoch = Math.max(epoch, place.epoch);
  return { epoch, checkpoint };
}

/** Where the log goes on after a checkpoint. Where conditions are ignored, entries of earlier writers can lie there as well. */
export function logFrom({ sequence, epoch, fenced }: CheckpointFacts): {
  readonly sequence: number;
  readonly epoch: number;
} {
  return { sequence: sequence + 1, epoch: fenced ? 0 : epoch };
}

/** Keeps what a writer begins with, where conditions are ignored. */
export async function announceEpoch(
  sink: ObjectSink,
  began: CheckpointFacts,
  signal: AbortSignal,
): Promise<void> {
  if (began.fenced) return;
  const key = epochKey(sink.prefix, began.job, began.epoch);
  await sink.replaceState(key, documentText({ ...began, writeId: '' }), undefined, signal);
}

async function lastBegun(
  sink: ObjectSink,
  found: CheckpointFacts,
  signal: AbortSignal,
): Promise<CheckpointFacts> {
  const { prefix } = sink;
  const { job } = found;
  let last: string | undefined;
  for await (const key of sink.list(epochFolder(prefix, job), epochKey(prefix, job, found.epoch), signal))
    last = key;
  const kept = last === undefined ? undefined : await sink.readState(last, signal);
  if (last === undefined || kept === undefined) return found;
  return parseDocument(captureCheckpointSchema, kept.text, sink.uriOf(last));
}
