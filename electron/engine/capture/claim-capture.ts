/**
 * How a writer begins: it raises the epoch, counts in what is in the log, closes the log to whoever wrote before, and
 * removes what no entry names. In this order: an entry that the one before still wrote would otherwise name objects that
 * were removed.
 */
import { AppError } from '../../contract/app-error.ts';
import {
  type CaptureCheckpoint,
  type CaptureLogEntry,
  type CaptureWriter,
  type TableSnapshot,
} from '../../contract/capture-log.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { DocumentVersion } from '../documents/conditional-document.ts';
import {
  CaptureLedger,
  checkpointDocument,
  fencedBy,
  readLogEntry,
  type CheckpointFacts,
  type LedgerWorld,
} from './capture-ledger.ts';
import { captureRunId } from './capture-run-id.ts';
import { namedInLog } from './named-keys.ts';
import { isCaptureKey } from './own-keys.ts';
import { withParts } from './snapshot-parts.ts';
import { withSnapshot } from './table-states.ts';

/** What a checkpoint says about its job besides how far it is. */
export type CaptureIdentity = Pick<
  CaptureCheckpoint,
  'job' | 'slot' | 'publication' | 'database' | 'systemIdentifier' | 'timeline' | 'format' | 'compression'
>;

export interface CaptureClaim {
  readonly identity: CaptureIdentity;
  readonly writer: Omit<CaptureWriter, 'since'>;
  /** The template of the keys of its objects. */
  readonly keyTemplate: string;
  /** Hears what whoever looks at the capture should know. */
  readonly onNote: (message: string) => void;
  /** Where a job begins that has no checkpoint. */
  readonly begin: { readonly lsn: bigint; readonly tables: readonly TableSnapshot[] } | undefined;
}

/** @throws AppError `DEST_NO_JOB` where there is no checkpoint and no beginning, `DEST_CAPTURE_FENCED`, `DATA_STATE_INVALID` */
export async function claimCapture(
  world: LedgerWorld,
  claim: CaptureClaim,
  signal: AbortSignal,
): Promise<CaptureLedger> {
  const { patience } = world;
  const found = await patience.persist(() => raiseEpoch(world, claim, signal), signal);
  const before = found.value;
  const ledger = new CaptureLedger(world, found);
  if (before.pending.length === 0) {
    await adopt(world, ledger, signal);
    return ledger;
  }
  await close(world, ledger, signal);
  const place = { ...claim.identity, prefix: world.sink.prefix, template: claim.keyTemplate };
  const [keys, strange] = parted(before.pending, (key) => isCaptureKey(key, place));
  if (strange.length > 0) {
    claim.onNote(
      `The checkpoint says that ${strange.length === 1 ? 'an object was' : `${strange.length} objects were`} begun which this capture does not write, such as ${strange[0]}: what lies there is left alone.`,
    );
  }
  const named = await patience.persist(
    () => namedInLog(world, ledger.checkpoint.sequence, keys, signal),
    signal,
  );
  const runId = captureRunId(claim.identity);
  const left = keys.filter((key) => !named.has(key));
  await patience.persist(
    () => world.sink.remove({ runId, keys: left, uploads: [], owned: true }, signal),
    signal,
  );
  await ledger.change((checkpoint) => ({ ...checkpoint, pending: [] }), signal);
  return ledger;
}

/** The checkpoint when it has counted these entries in. Pure. */
export function withEntries(
  checkpoint: CaptureCheckpoint,
  entries: readonly CaptureLogEntry[],
): CaptureCheckpoint {
  return entries.reduce((state, entry) => {
    const next = { ...state, sequence: entry.sequence };
    if (entry.kind === 'compaction') return next;
    const named = new Set(entry.objects.map(({ key }) => key));
    const pending = state.pending.filter((key) => !named.has(key));
    if (entry.kind !== 'changes') {
      const snapshotParts = withParts(state.snapshotParts, entry);
      return { ...next, pending, snapshotParts, tables: withSnapshot(state.tables, entry) };
    }
    const last = entry.objects.reduce<string | null>(
      (latest, { lastCommitAt }) => later(latest, lastCommitAt),
      null,
    );
    return {
      ...next,
      pending,
      durableLsn: formatLsn(highest(parseLsn(state.durableLsn), parseLsn(entry.toLsn))),
      durableCommitAt: later(state.durableCommitAt, last),
    };
  }, checkpoint);
}

async function raiseEpoch(
  world: LedgerWorld,
  { identity, writer, keyTemplate, begin }: CaptureClaim,
  signal: AbortSignal,
): Promise<DocumentVersion<CheckpointFacts>> {
  const { sink, clock, job } = world;
  const document = checkpointDocument(sink, job);
  const own = () => {
    const now = clock.now().toISOString();
    return { ...identity, writer: { ...writer, since: now }, keyTemplate, updatedAt: now };
  };
  const taken = await document.claim(
    async () => ({ ...(await beginning(world, begin, signal)), ...own() }),
    (found) => {
      assertSameCluster(found, identity);
      return { ...found, ...own(), epoch: found.epoch + 1 };
    },
    signal,
  );
  if (taken !== undefined) return taken;
  throw fencedBy(job, (await document.read(signal))?.value);
}

/** What a checkpoint says before the first writer. */
async function beginning(
  world: LedgerWorld,
  begin: CaptureClaim['begin'],
  signal: AbortSignal,
): Promise<Omit<CheckpointFacts, keyof CaptureIdentity | 'writer' | 'updatedAt'>> {
  const { sink, job } = world;
  if (begin === undefined) {
    throw new AppError('DEST_NO_JOB', `There is no checkpoint of a capture "${job}" at ${sink.label}.`);
  }
  if ((await readLogEntry(world, 1, signal)) !== undefined) {
    throw new AppError(
      'DATA_STATE_INVALID',
      `The capture "${job}" has a log at ${sink.label}, and its checkpoint is gone.`,
    );
  }
  return {
    version: 1,
    epoch: 0,
    fenced: true,
    sequence: 0,
    durableLsn: formatLsn(begin.lsn),
    durableCommitAt: null,
    tables: [...begin.tables],
    pending: [],
  };
}

/** Counts in what the checkpoint does not count: it is the log that decides. */
async function adopt(world: LedgerWorld, ledger: CaptureLedger, signal: AbortSignal): Promise<void> {
  const entries: CaptureLogEntry[] = [];
  for (let next = ledger.checkpoint.sequence + 1; ; next++) {
    const entry = await world.patience.persist(() => readLogEntry(world, next, signal), signal);
    if (entry === undefined) break;
    entries.push(entry);
  }
  if (entries.length > 0) await ledger.change((checkpoint) => withEntries(checkpoint, entries), signal);
}

/**
 * Counts in what is there, and takes the next number with an entry without objects: then a writer that is slow and not
 * dead cannot write one that names what is about to be removed.
 */
async function close(world: LedgerWorld, ledger: CaptureLedger, signal: AbortSignal): Promise<void> {
  for (;;) {
    await adopt(world, ledger, signal);
    const { durableLsn, format, compression } = ledger.checkpoint;
    const closing = {
      kind: 'changes' as const,
      fromLsn: durableLsn,
      toLsn: durableLsn,
      format,
      compression,
      transactions: 0,
      objects: [],
    };
    const { tag, entry } = await ledger.tryAppend(closing, signal);
    if (tag === 'taken') continue;
    await ledger.change((checkpoint) => withEntries(checkpoint, [entry]), signal);
    return;
  }
}

function assertSameCluster(checkpoint: CaptureCheckpoint, identity: CaptureIdentity): void {
  if (checkpoint.systemIdentifier === identity.systemIdentifier && checkpoint.database === identity.database)
    return;
  throw new AppError(
    'DATA_STATE_INVALID',
    `The capture "${checkpoint.job}" at this destination is of the database "${checkpoint.database}" of another server.`,
  );
}

function highest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
