/**
 * Proves what a capture has written. Every object that counts is read and compared with the log, and the log with
 * itself; what the files come to is compared with the tables in a snapshot of exactly known position.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { CaptureWriter } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureVerification, TableVerification } from '../../contract/capture-verification.ts';
import type { CaptureSource, ExportedSnapshot } from '../capture/capture-source.ts';
import { tableId, type LoggedHistory } from '../capture/replay/history.ts';
import { readCheckpoint, readHistory, SchemaFiles, type LogShelf } from '../capture/replay/read-log.ts';
import { durableOf, replayTable, whyNotComparable } from '../capture/replay/replay-table.ts';
import { TableRows } from '../capture/replay/table-rows.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { WalSource } from '../wal/wal-source.ts';
import { compareTable, type ComparedTable } from './compare-table.ts';
import { hasPendingChanges } from './pending-changes.ts';

/** Milliseconds between two looks at how far a capture is. */
const LOOK_MS = 500;

export interface VerifyCaptureRequest {
  readonly job: string;
  /** Left out, only the files are read. */
  readonly database?:
    | {
        readonly source: CaptureSource;
        /** Tells whether a stopped capture has missed anything; left out, it has to be up to date. */
        readonly wal?: Pick<WalSource, 'openPeek'>;
        readonly access: ConnectionAccess;
        readonly waitSeconds: number;
        /** Left out, whoever the checkpoint names is believed to be at work. */
        readonly isGone?: (writer: CaptureWriter) => boolean;
      }
    | undefined;
}

/**
 * An object that is missing or damaged, and a row that differs, is a finding and not an error.
 * @throws AppError `DEST_NO_OBJECT` where there is no such capture, `DATA_CAPTURE_LAGS`, or of the SOURCE_ and DEST_ families
 */
export async function verifyCapture(
  shelf: LogShelf,
  { job, database }: VerifyCaptureRequest,
  signal: AbortSignal,
): Promise<CaptureVerification> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-verify-'));
  try {
    // Asked for before a connection is made, and a slot with it.
    await readCheckpoint(shelf, job, signal);
    if (database === undefined) return await proveFiles(shelf, { job, folder }, signal);
    await using snapshot = await database.source.exportSnapshot(database.access, signal);
    await untilDurable(shelf, { job, lsn: snapshot.lsn, ...database }, signal);
    const watched = AbortSignal.any([signal, snapshot.lost]);
    return await proveFiles(shelf, { job, folder, tables: { ...database, snapshot } }, watched);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Proof {
  readonly job: string;
  readonly folder: string;
  readonly tables?: {
    readonly source: CaptureSource;
    readonly access: ConnectionAccess;
    readonly snapshot: ExportedSnapshot;
  };
}

async function proveFiles(
  shelf: LogShelf,
  { job, folder, tables }: Proof,
  signal: AbortSignal,
): Promise<CaptureVerification> {
  const { checkpoint, history } = await readHistory(shelf, job, signal);
  const objectProblems = new Map<string, string>();
  const world = {
    shelf,
    folder,
    schemas: new SchemaFiles(shelf),
    onProblem: ({ key, message }: { readonly key: string; readonly message: string }) =>
      void objectProblems.set(key, message),
  };
  const found: TableVerification[] = [];
  for (const table of tablesOf(
    history,
    checkpoint.tables.map((one) => one.table),
  )) {
    const own = history.tables.get(tableId(table)) ?? { table, snapshots: [], changes: [] };
    await using rows = await TableRows.open(path.join(folder, `${found.length}.db`));
    const before = tables?.snapshot.lsn;
    const { changes, complete } = await replayTable({ history: own, before }, world, rows, signal);
    const { duplicate, absent } = rows.irregular;
    const replayedRows = rows.count();
    const reason = before === undefined ? undefined : whyNotComparable(own, before);
    const comparison =
      tables === undefined || reason !== undefined
        ? { compared: null, why: reason ?? null }
        : await compareUnlessGone(rows, { ...tables, table, publication: checkpoint.publication }, signal);
    found.push({
      table,
      rows: replayedRows,
      changes,
      complete,
      // Without the rows that were there before, a change of one of them looks like one of none.
      irregular: complete ? duplicate + absent : duplicate,
      compared: comparison.compared,
      note: comparison.why,
    });
  }
  const counted = [...history.tables.values()].flatMap((one) => [
    ...one.snapshots.flatMap(({ objects }) => objects),
    ...one.changes,
  ]);
  const logProblems = [...history.problems, ...checkpointProblems(history, checkpoint)];
  return {
    name: job,
    proved: logProblems.length === 0 && objectProblems.size === 0 && found.every(isSound),
    entries: history.sequence,
    objects: counted.length,
    bytes: counted.reduce((sum, { object }) => sum + object.bytes, 0),
    durableLsn: formatLsn(durableOf(checkpoint.durableLsn, history.changesTo)),
    comparedLsn: tables === undefined ? null : formatLsn(tables.snapshot.lsn),
    logProblems,
    objectProblems: [...objectProblems].map(([key, problem]) => ({ key, problem })),
    tables: found,
  };
}

/** A table that is gone has nothing to be compared with; the others have. */
async function compareUnlessGone(
  rows: TableRows,
  table: ComparedTable,
  signal: AbortSignal,
): Promise<{ readonly compared: TableVerification['compared']; readonly why: string | null }> {
  try {
    return { compared: await compareTable(rows, table, signal), why: null };
  } catch (error) {
    const gone =
      error instanceof AppError &&
      (error.code === 'SLOT_NO_PUBLICATION' || error.code === 'SOURCE_NO_RELATION');
    if (!gone) throw error;
    return { compared: null, why: `Not compared: ${error.message}` };
  }
}

function isSound({ irregular, compared }: TableVerification): boolean {
  if (irregular > 0) return false;
  return compared === null || compared.missing + compared.extra + compared.different === 0;
}

function checkpointProblems(
  history: LoggedHistory,
  { sequence, durableLsn }: { readonly sequence: number; readonly durableLsn: string },
): string[] {
  return [
    ...(sequence > history.sequence
      ? [`The checkpoint counts ${sequence} entries, and the log ends with ${history.sequence}.`]
      : []),
    ...(sequence === history.sequence && (history.changesTo ?? 0n) > parseLsn(durableLsn)
      ? [`The checkpoint is at ${durableLsn}, behind the changes that it counts.`]
      : []),
  ];
}

/** All tables that the log or the checkpoint names, by name. */
function tablesOf(history: LoggedHistory, named: readonly CapturedTable[]): CapturedTable[] {
  const all = new Map(named.map((table) => [tableId(table), table]));
  for (const [id, { table }] of history.tables) all.set(id, table);
  return [...all.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}

async function untilDurable(
  shelf: LogShelf,
  {
    job,
    lsn,
    wal,
    access,
    waitSeconds,
    isGone = () => false,
  }: NonNullable<VerifyCaptureRequest['database']> & { readonly job: string; readonly lsn: bigint },
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + waitSeconds * 1_000;
  let looked: bigint | undefined;
  for (;;) {
    const { durableLsn, writer, updatedAt, slot, publication } = await readCheckpoint(shelf, job, signal);
    const works = writer !== null && !isGone(writer);
    const after = parseLsn(durableLsn);
    if (after >= lsn) return;
    // One that was stopped has everything where nothing was committed since. It moves no more, so one look will do.
    if (!works && wal !== undefined && after !== looked) {
      if (!(await hasPendingChanges(wal, access, { slot, publication, after, before: lsn }, signal))) return;
      looked = after;
    }
    if (performance.now() >= giveUpAt) {
      const who = works
        ? `It is written by process ${writer.pid} on ${writer.host}, last at ${updatedAt}.`
        : `It does not run${writer === null ? '' : `: process ${writer.pid}, which wrote it last at ${updatedAt}, is gone`}.`;
      throw new AppError(
        'DATA_CAPTURE_LAGS',
        `The capture "${job}" is at ${durableLsn}, and the tables were looked at at ${formatLsn(lsn)}. ${who}`,
      );
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}
