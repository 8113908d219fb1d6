/**
 * Merges small objects of a capture, while it may be running. The order is that of the capture itself: keys are noted,
 * objects are complete, an entry names them and what they stand for. Until that entry is there nothing has happened for a
 * reader; afterwards what was replaced still lies there, for readers that have begun.
 *
 * | the crash was | what lies there | what the next compaction does |
 * |---|---|---|
 * | while objects were written, or before the entry | keys in `pending` that no entry names | removes them |
 * | after the entry | keys in `pending` that an entry names | forgets that they were pending |
 * | while replaced objects were removed | some of them | removes the rest |
 */
import type { CaptureCompaction } from '../../../contract/capture-compaction.ts';
import { logKey, type CaptureLogEntry, type LoggedObject } from '../../../contract/capture-log.ts';
import { AppError } from '../../../contract/app-error.ts';
import { formatLsn, parseLsn } from '../../decode/lsn.ts';
import { captureRunId } from '../capture-run-id.ts';
import { hasPositions, isMergedKey } from '../own-keys.ts';
import type { LoggedHistory } from '../replay/history.ts';
import { readCheckpoint, readEntries, readHistory, SchemaFiles } from '../replay/read-log.ts';
import { CompactionClaim, type ClaimWorld } from './compaction-claim.ts';
import { mergedKey, mergeObjects } from './merge-objects.ts';
import { planCompaction, type MergeGroup } from './plan-compaction.ts';

export interface CompactRequest {
  readonly targetBytes: number;
  readonly removeAfterHours?: number | undefined;
}

const HOUR_MS = 3_600_000;

/** @throws AppError `STORE_COMPACTION_BUSY`, `DATA_LOG_INVALID`, `DEST_NO_OBJECT`, or of the DEST_ family */
export async function compactCapture(
  world: ClaimWorld,
  request: CompactRequest,
  signal: AbortSignal,
): Promise<CaptureCompaction> {
  // Nothing is written to a place where no capture is.
  await readCheckpoint(world.sink, world.job, signal);
  const claim = await CompactionClaim.take(world, signal);
  try {
    return await compactClaimed(
      { world, claim, runId: `compaction-${claim.token}`, schemas: new SchemaFiles(world.sink) },
      request,
      signal,
    );
  } finally {
    // What failed has failed already: a claim that stays is taken over by the next one.
    await claim.release(signal).catch(() => undefined);
  }
}

async function compactClaimed(
  base: Omit<CompactionWork, 'history'>,
  { targetBytes, removeAfterHours }: CompactRequest,
  signal: AbortSignal,
): Promise<CaptureCompaction> {
  const { world, claim } = base;
  const { history } = await readHistory(world.sink, world.job, signal);
  assertSound(history, world);
  const work = { ...base, history };
  if (claim.left.length > 0) await removeLeft(work, signal);
  const done = { replaced: 0, written: 0, bytesBefore: 0, bytesAfter: 0, entries: 0, removed: 0 };
  for (const round of planCompaction(history, targetBytes)) {
    const entry = await mergeRound(work, round, signal);
    done.entries++;
    done.written += entry.objects.length;
    done.replaced += round.reduce((count, group) => count + group.length, 0);
    done.bytesBefore += bytesOf(round.flat().map(({ object }) => object));
    done.bytesAfter += bytesOf(entry.objects);
  }
  if (removeAfterHours !== undefined) done.removed = await removeReplaced(work, removeAfterHours, signal);
  return done;
}

interface CompactionWork {
  readonly world: ClaimWorld;
  readonly claim: CompactionClaim;
  readonly history: LoggedHistory;
  readonly runId: string;
  readonly schemas: SchemaFiles;
}

async function mergeRound(
  work: CompactionWork,
  round: readonly MergeGroup[],
  signal: AbortSignal,
): Promise<CaptureLogEntry> {
  const { world, claim, runId, schemas } = work;
  // Groups of one folder and the same positions are of different tables only where the key does not name the table.
  const keys = round.map((group, i) => mergedKey(group, `${claim.token}-${work.history.sequence}-${i}`));
  await claim.note({ pending: keys }, signal);
  const objects: LoggedObject[] = [];
  for (const [i, group] of round.entries())
    objects.push(await mergeObjects(world.sink, { group, key: keys[i] ?? '', runId, schemas }, signal));
  const replaces = round.flat().map(({ object }) => object.key);
  const entry = await append(work, { objects, replaces, like: round[0]?.[0] }, signal);
  await claim.note({ pending: [] }, signal);
  return entry;
}

interface NewCompaction {
  readonly objects: readonly LoggedObject[];
  readonly replaces: readonly string[];
  readonly like: Pick<CaptureLogEntry, 'format' | 'compression'> | undefined;
}

/** Writes the next entry. A writer that takes the number first is let pass: its entry is counted in, and the next is tried. */
async function append(
  { world, claim, history }: CompactionWork,
  { objects, replaces, like }: NewCompaction,
  signal: AbortSignal,
): Promise<CaptureLogEntry> {
  const { sink, job, clock } = world;
  const { epoch, format, compression } = await readCheckpoint(sink, job, signal);
  const positions = objects.flatMap(({ firstLsn, lastLsn }) => [parseLsn(firstLsn), parseLsn(lastLsn)]);
  for (;;) {
    await countIn(world, history, signal);
    const current = history.keys();
    if (replaces.some((key) => !current.has(key))) throw busy(job);
    const entry: CaptureLogEntry = {
      version: 1,
      job,
      sequence: history.sequence + 1,
      epoch,
      kind: 'compaction',
      fromLsn: formatLsn(positions.reduce((a, b) => (a < b ? a : b), positions[0] ?? 0n)),
      toLsn: formatLsn(positions.reduce((a, b) => (a > b ? a : b), positions[0] ?? 0n)),
      format: like?.format ?? format,
      compression: like?.compression ?? compression,
      transactions: 0,
      objects: [...objects],
      replaces: [...replaces],
      writtenAt: clock.now().toISOString(),
    };
    // After the look at the log, and before the entry: see compaction-claim.ts.
    await claim.assertHeld(signal);
    const key = logKey(sink.prefix, job, entry.sequence, epoch);
    if ((await sink.replaceState(key, JSON.stringify(entry), undefined, signal)) === undefined) continue;
    // A writer that has begun meanwhile may have counted the entries without this one, and gives its number to another.
    if ((await readCheckpoint(sink, job, signal)).epoch !== epoch) throw busy(job);
    history.add(entry);
    return entry;
  }
}

function busy(job: string): AppError {
  return new AppError('STORE_COMPACTION_BUSY', `Another process works on the log of the capture "${job}".`);
}

async function countIn(
  { sink, job }: ClaimWorld,
  history: LoggedHistory,
  signal: AbortSignal,
): Promise<void> {
  const from = { sequence: history.sequence + 1, epoch: history.epoch };
  for await (const entry of readEntries(sink, job, from, signal)) history.add(entry);
}

/** First an entry without objects, so that one who is slow and not dead cannot name any more what is removed. */
async function removeLeft(work: CompactionWork, signal: AbortSignal): Promise<void> {
  const { claim, history, world, runId } = work;
  await append(work, { objects: [], replaces: [], like: undefined }, signal);
  const current = history.keys();
  const old = new Set(history.replaced.map(({ key }) => key));
  const keys = claim.left.filter((key) => isMergedKey(key, world.sink) && !current.has(key) && !old.has(key));
  await world.sink.remove({ runId, alsoOf: isCompaction, keys, uploads: [], owned: true }, signal);
  await claim.note({ pending: [] }, signal);
}

async function removeReplaced(
  { world, claim, history, runId }: CompactionWork,
  hours: number,
  signal: AbortSignal,
): Promise<number> {
  const before = world.clock.now().getTime() - hours * HOUR_MS;
  const due = history.replaced.filter(
    ({ replacedBy, replacedAt }) =>
      replacedBy > claim.removedThrough && new Date(replacedAt).getTime() <= before,
  );
  const through = Math.max(claim.removedThrough, ...due.map(({ replacedBy }) => replacedBy));
  if (due.length === 0) return 0;
  await claim.assertHeld(signal);
  const capture = captureRunId(await readCheckpoint(world.sink, world.job, signal));
  const alsoOf = (id: string) => id === capture || isCompaction(id);
  const keys = due.map(({ key }) => key).filter((key) => hasPositions(key, world.sink));
  await world.sink.remove({ runId, alsoOf, keys, uploads: [], owned: true }, signal);

  await claim.note({ removedThrough: through }, signal);
  return due.length;
}

/** True for the mark of what a compaction has written. */
function isCompaction(runId: string): boolean {
  return /^compaction-[0-9a-f]{8}$/.test(runId);
}

function assertSound(history: LoggedHistory, { job }: ClaimWorld): void {
  const [problem] = history.problems;
  if (problem !== undefined)
    throw new AppError('DATA_LOG_INVALID', `The log of the capture "${job}" is not whole. ${problem}`);
}

function bytesOf(objects: readonly { readonly bytes: number }[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
