/**
 * One extract, from the first connection to the manifest: plan, copy, encode, upload, prove. Everything is pulled
 * through one chain, so that a slow destination slows the server down instead of filling memory.
 */
import type { AppError } from '../../contract/app-error.ts';
import { checkedKey } from '../../contract/key-segment.ts';
import type { Loss, Manifest } from '../../contract/manifest.ts';
import { keyThatFits } from '../key-that-fits.ts';
import type { RowReader } from '../ports.ts';
import { IncrementalRun } from '../watermark/incremental-run.ts';
import type { ExtractJournal, ExtractRequest } from './extract-request.ts';
import { laneWarning } from './lane-budget.ts';
import { makeManifest } from './make-manifest.ts';
import { manifestKey } from './manifest-key.ts';
import { objectKey } from './object-key.ts';
import { PartNumbers } from './part-numbers.ts';
import { readOptions } from './read-options.ts';
import { SnapshotRead } from './read-snapshot.ts';
import { Reading } from './reading.ts';
import { mayPass } from './retry.ts';
import { SnapshotRecovery } from './snapshot-recovery.ts';
import { writeLoadScripts } from './write-load-scripts.ts';

export interface ExtractResult {
  readonly manifest: Manifest;
  readonly manifestUri: string;
}

/**
 * Runs an extract to its end.
 * @throws AppError, or the signal's reason; what was left behind is in the journal
 */
export async function runExtract(
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<ExtractResult> {
  const { sink, counters } = request;
  await using job = await beginIncremental(request, journal, signal);
  const reading = new Reading(request.reading, journal, counters);
  const { plan, watermark } = await readAll(reading, job, request, journal, signal);
  noteLosses(reading.losses, journal);
  await journal.enter('finalize');
  await sink.verify(reading.objects, signal);
  const manifest = makeManifest(plan, request, reading);
  if (job !== undefined && watermark !== undefined)
    manifest.incremental = job.proof(watermark, request.clock.now());
  const key = manifestKey(sink.prefix, request.runId);
  await writeLoadScripts(manifest, key, request, journal, signal);
  await job?.publishing(signal);
  await sink.putManifest(key, manifest, signal);
  await job?.settle(manifest, signal);
  return { manifest, manifestUri: sink.uriOf(key) };
}

/** Takes the job of an incremental run; undefined for a full one. @throws AppError `DEST_JOB_HELD` */
async function beginIncremental(
  { spec, runId, sink, claimant }: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<IncrementalRun | undefined> {
  if (spec.mode !== 'incremental') return undefined;
  const note = journal.note.bind(journal);
  return await IncrementalRun.begin({ spec, runId }, sink, claimant, note, signal);
}

/** Reads all ranges, in as many snapshots as it takes and the job allows. */
async function readAll(
  reading: Reading,
  job: IncrementalRun | undefined,
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<WholeRead> {
  const recovery = new SnapshotRecovery(reading, request, journal, signal);
  await recovery.checkKept();
  const openReader = () => open(reading, job, request, journal, signal);
  let reader = await recovery.whenStarted(openReader);
  for (;;) {
    const end = await readIn(reader, reading, request, journal, signal);
    if (end.tag === 'whole') return end.read;
    await recovery.after(end.failure);
    reader = await recovery.whenReachable(openReader);
  }
}

async function open(
  reading: Reading,
  job: IncrementalRun | undefined,
  { access, rows, spec }: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<RowReader> {
  await journal.enter('connect');
  const options = { ...readOptions(spec, reading.planned), watermark: job?.asked };
  const reader = await rows.open(access, spec.selection, options, signal);
  await journal.enter('plan');
  if (reader.watermark !== undefined) job?.tell(reader.watermark);
  return reader;
}

/** What was found out in the snapshot that gave the last rows. */
type WholeRead = Pick<RowReader, 'plan' | 'watermark'>;

/** How the reading in one snapshot ended: with all rows, or without the snapshot. */
type SnapshotEnd =
  | { readonly tag: 'whole'; readonly read: WholeRead }
  | { readonly tag: 'lost'; readonly failure: AppError };

async function readIn(
  opened: RowReader,
  reading: Reading,
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<SnapshotEnd> {
  await using reader = opened;
  const { plan } = reader;
  notePlan(reader, request, journal);
  request.counters.estimatedRows = plan.estimatedRows;
  // A prefix or a value that makes too long a key is found out before a row is read.
  keyThatFits(() => checkedKey(manifestKey(request.sink.prefix, request.runId)));
  for (const range of reader.ranges) objectKey(range.number, plan, request, range);
  await reading.begin(reader);
  await journal.enter('transfer');
  const { snapshots, done } = reading.state;
  const numbers = new PartNumbers(done.flatMap(({ parts }) => parts));
  const context = { request, journal, plan, numbers, snapshotNumber: snapshots };
  try {
    await new SnapshotRead(reader, reading, context, signal).run();
    return { tag: 'whole', read: { plan, watermark: reader.watermark } };
  } catch (error) {
    signal.throwIfAborted();
    if (!mayPass(error) || reader.canRead) throw error;
    return { tag: 'lost', failure: error };
  }
}

function noteLosses(losses: readonly Loss[], journal: ExtractJournal): void {
  for (const { column, reason, count } of losses) {
    journal.note('warn', `Column "${column}" lost ${count} ${count === 1 ? 'value' : 'values'}: ${reason}.`);
  }
}

function notePlan(
  { plan, ranges, workers }: RowReader,
  { sink, spec }: ExtractRequest,
  journal: ExtractJournal,
) {
  const where = plan.lsn === null ? '' : ` at LSN ${plan.lsn}`;
  journal.note(
    'info',
    `Connected to ${plan.database} on Postgres ${plan.serverVersion}; one snapshot${where}.`,
  );
  const rows = plan.estimatedRows === null ? '' : `, about ${plan.estimatedRows} rows`;
  const by = workers === 1 ? 'one connection' : `${workers} connections`;
  const parts = ranges.length === 1 ? '' : ` in ${ranges.length} ranges`;
  journal.note(
    'info',
    `Reading ${plan.columns.length} columns${rows}${parts} with ${by}, to ${sink.label} as ${spec.key}.`,
  );
  const fewer = laneWarning(spec, workers) ?? [];
  for (const warning of plan.warnings.concat(fewer)) journal.note('warn', warning);
}
