/**
 * What the last process did not finish. A run whose process is gone is looked up at its destination: with a manifest
 * it had succeeded and only the history does not know; without one, what it left is removed and it has failed. A job
 * that wants to be resumed keeps its finished ranges.
 */
import { AppError, toWireError } from '../../contract/app-error.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { isActive, type Resumable } from '../../contract/run.ts';
import { manifestKey } from '../extract/manifest-key.ts';
import type { Clock, ObjectSink, StoredRun } from '../ports.ts';
import { JobLedger } from '../watermark/job-ledger.ts';
import { cleanUp } from './clean-up.ts';
import { isResumable, keptAfter, leftoverOf } from './kept-work.ts';
import type { RunRecord } from './run-record.ts';

/** This process, as runs name it. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

/** True where the run needs looking after, and nobody else does. */
export function isAbandoned(stored: StoredRun, self: Owner, isAlive: (owner: Owner) => boolean): boolean {
  const { uploads, keys } = leftoverOf(stored, isResumable(stored));
  const unfinished = isActive(stored.run.state) || uploads.length > 0 || keys.length > 0;
  if (!unfinished) return false;
  // A process on another computer that shares the folder cannot be seen from here.
  if (stored.owner.host !== self.host) return false;
  // In a container every process has the same number: then the time of the start tells them apart.
  if (stored.owner.pid === self.pid) return stored.owner.startedAt !== self.startedAt;
  return !isAlive(stored.owner);
}

/** Milliseconds for the look whether there is a manifest. */
const LOOK_MS = 20_000;

/**
 * Brings an abandoned run to an end.
 * @throws AppError when the destination or the history cannot be reached, or the signal's reason
 */
export async function recover(
  record: RunRecord,
  sink: ObjectSink,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { id, state } = record.run;
  const key = manifestKey(sink.prefix, id);
  const either = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
  const manifest = isActive(state) ? await sink.findManifest(key, either) : undefined;
  if (manifest !== undefined && (await countsFor(manifest, sink, either))) {
    record.keepManifest(manifest);
    record.forgetDebris();
    record.note('info', 'The manifest is there: the run had succeeded before Sluice ended.');
    const { finishedAt, rows, bytes, objects } = manifest;
    await record.enter('finalize');
    await record.move({
      tag: 'succeed',
      result: { finishedAt, rows, bytes, objects, manifest: sink.uriOf(key) },
    });
    return;
  }
  const resumable = isActive(state) ? keptAfter(record.stored, interrupted()) : undefined;
  const keeps = resumable !== undefined || isResumable(record.stored);
  await cleanUp(record, sink, { keeps, signal });
  await endAsInterrupted(record, clock, resumable);
}

/** Moves the position of an incremental job to where this run had come. False where the job has gone on without it. */
async function countsFor(manifest: Manifest, sink: ObjectSink, signal: AbortSignal): Promise<boolean> {
  if (manifest.incremental === undefined) return true;
  try {
    await new JobLedger(manifest.incremental.job, sink).settle(manifest, signal);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'DEST_JOB_LOST') return false;
    throw error;
  }
}

/** Ends an abandoned run whose destination is no longer saved: nobody can look there, now or at the next start. */
export async function giveUp(record: RunRecord, clock: Clock): Promise<void> {
  const { openUploads, writtenKeys } = record.stored;
  record.note(
    'warn',
    `Could not clean up: its destination is no longer saved. ${openUploads.length} unfinished uploads and ${writtenKeys.length} objects may be left there.`,
  );
  record.forgetDebris();
  await endAsInterrupted(record, clock);
}

async function endAsInterrupted(record: RunRecord, clock: Clock, resumable?: Resumable): Promise<void> {
  if (!isActive(record.run.state)) {
    await record.save();
    return;
  }
  const error = interrupted();
  record.note('error', error.message);
  await record.move({ tag: 'fail', at: clock.now().toISOString(), error: toWireError(error), resumable });
}

function interrupted(): AppError {
  return new AppError('HOST_INTERRUPTED', 'Sluice ended while this run was going on.');
}
