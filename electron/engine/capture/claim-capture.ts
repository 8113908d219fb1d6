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
  type CheckpointFacts,
  type LedgerWorld,
} from './capture-ledger.ts';
import { captureRunId } from './capture-run-id.ts';
import { announceEpoch, lastEpoch, logFrom } from './epochs.ts';
import { namedInLog } from './named-keys.ts';
import { isCaptureKey } from './own-keys.ts';
import { entriesFrom, placesFrom } from './replay/read-log.ts';
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
  const { taken, before } = await patience.persist(() => raiseEpoch(world, claim, signal), signal);
  const { value: own } = taken;
  const ledger = new CaptureLedger(world, taken);
  await adopt(world, ledger, signal);
  if (before.writer === null && before.pending.length === 0) return ledger;
  // Where conditions are obeyed, in the key that the one before would write to next: then it cannot.
  const as = !own.fenced ? own.epoch : before.version === 1 ? 0 : before.epoch;
  await close(world, ledger, as, signal);
  if (before.pending.length === 0) return ledger;
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

/** The checkpoint when it has counted in what the log has beyond it: it is the log that decides. */
export async function withLog<C extends CheckpointFacts>(
  world: Pick<LedgerWorld, 'sink' | 'job'>,
  checkpoint: C,
  signal: AbortSignal,
): Promise<C> {
  let counted = checkpoint;
  for await (const entry of entriesFrom(world, logFrom(checkpoint), signal))
    counted = withEntries(counted, [entry]);
  return counted;
}

/** The checkpoint when it has counted these entries in. Pure. */
export function withEntries<C extends CheckpointFacts>(
  checkpoint: C,
  entries: readonly CaptureLogEntry[],
): C {
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

/** The checkpoint of a writer that has begun, and that of the one before. */
interface Taken {
  readonly taken: DocumentVersion<CheckpointFacts>;
  readonly before: CheckpointFacts;
}

async function raiseEpoch(
  world: LedgerWorld,
  { identity, writer, keyTemplate, begin }: CaptureClaim,
  signal: AbortSignal,
): Promise<Taken> {
  const { sink, clock, job } = world;
  const document = checkpointDocument(sink, job);
  const own = () => {
    const now = clock.now().toISOString();
    return { ...identity, writer: { ...writer, since: now }, keyTemplate, updatedAt: now };
  };
  let before: CheckpointFacts | undefined;
  const taken = await document.claim(
    async () => ({ ...(await beginning(world, begin, signal)), ...own(), writer: null }),
    async (found) => {
      assertSameCluster(found, identity);
      const { epoch, checkpoint } = await lastEpoch(sink, found, signal);
      before = checkpoint;
      const counted = await withLog(world, checkpoint, signal);
      const next = { ...counted, ...own(), version: 2 as const, epoch: epoch + 1 };
      await announceEpoch(sink, next, signal);
      return next;
    },
    signal,
  );
  if (taken !== undefined && before !== undefined) return { taken, before };
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
  for await (const { key } of placesFrom(sink, job, { sequence: 1, epoch: 0 }, signal)) {
    throw new AppError(
      'DATA_STATE_INVALID',
      `The capture "${job}" has a log at ${sink.label} (${key}), and its checkpoint is gone.`,
    );
  }
  return {
    version: 2,
    epoch: 0,
    fenced: true,
    sequence: 0,
    durableLsn: formatLsn(begin.lsn),
    durableCommitAt: null,
    tables: [...begin.tables],
    pending: [],
  };
}

async function adopt(world: LedgerWorld, ledger: CaptureLedger, signal: AbortSignal): Promise<void> {
  const before = ledger.checkpoint;
  const counted = await world.patience.persist(() => withLog(world, before, signal), signal);
  if (counted !== before) await ledger.change(() => counted, signal);
}

/**
 * Takes the next number with an entry without objects, and counts in what gets there first: then a writer that is slow and not
 * dead cannot write one that names what is about to be removed.
 */
async function close(
  world: LedgerWorld,
  ledger: CaptureLedger,
  as: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
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
    const { tag, entry } = await ledger.tryAppend(closing, signal, as);
    if (tag === 'taken') await adopt(world, ledger, signal);
    else return await ledger.change((checkpoint) => withEntries(checkpoint, [entry]), signal);
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
