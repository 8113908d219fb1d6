/**
 * Makes the slot of a capture, and makes sure that its stream can be believed.
 *
 * A slot that is made while transactions run waits for them, in two steps. What is committed in the first step is not
 * noted by the server: a transaction that begins in the second and ends when the slot is there is decoded as if tables
 * that were altered or truncated in the first had not been. A column that was added is then left out, without a word; a
 * table with new files is not found, which ends the stream. All versions have this defect:
 * https://postgrespro.ru/list/thread-id/2779642
 *
 * So the catalog's rows of the published tables are compared: those from before with those in the snapshot of the slot.
 */
import { AppError } from '../../contract/app-error.ts';
import type { ExportedSnapshot, SlotRef } from '../capture/capture-source.ts';
import type { ConnectionAccess } from '../ports.ts';
import { joinSnapshot } from './capture-lane.ts';
import { openCaptureSession, openReplicationSession } from './capture-session.ts';
import { createExportingSlot } from './capture-snapshot.ts';
import { quoteIdentifier } from './quote.ts';
import type { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** Tables that a message names. */
const NAMED = 3;

/** Which rows of the catalog describe a table: they have other versions when it was altered. */
interface TableVersion {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
}

/**
 * @throws AppError `SLOT_WAITS_FOR_TRANSACTION` where tables were changed meanwhile: the slot is gone again, and the next
 * one may be better; or of the SLOT_ and SOURCE_ families
 */
export async function makeSlot(
  access: ConnectionAccess,
  { slot, publication }: SlotRef,
  signal: AbortSignal,
): Promise<ExportedSnapshot> {
  const before = await versionsNow(access, publication, signal);
  const snapshot = await createExportingSlot(access, slot, signal);
  try {
    const after = await versionsIn(snapshot, access, publication, signal);
    const changed = changedTables(before, after);
    if (changed.length === 0) return snapshot;
    const names = changed.slice(0, NAMED).join(', ') + (changed.length > NAMED ? ', …' : '');
    throw new AppError(
      'SLOT_WAITS_FOR_TRANSACTION',
      `Postgres can misread what was written while the slot "${slot}" was being made, because meanwhile somebody has altered ${names}: it is made again.`,
    );
  } catch (error) {
    await snapshot[Symbol.asyncDispose]();
    await dropSlot(access, slot, signal);
    throw error;
  }
}

/** One that is not there is no failure. @throws AppError of the SLOT_ and SOURCE_ families */
export async function dropSlot(access: ConnectionAccess, slot: string, signal: AbortSignal): Promise<void> {
  await using session = await openReplicationSession(access, signal);
  try {
    await session.command(dropCommand(slot));
  } catch (error) {
    signal.throwIfAborted();
    const known = toSlotError(error);
    if (!(known instanceof AppError && known.code === 'SLOT_NOT_FOUND')) throw known;
  }
}

/** The command of {@link dropSlot}. */
export function dropCommand(slot: string): string {
  return `DROP_REPLICATION_SLOT ${quoteIdentifier(slot)}`;
}

/** Names of the tables that are not as they were, those that are new among them. Pure. */
export function changedTables(before: readonly TableVersion[], after: readonly TableVersion[]): string[] {
  const versions = new Map(before.map(({ oid, version }) => [oid, version]));
  return after.filter(({ oid, version }) => versions.get(oid) !== version).map(({ name }) => name);
}

async function versionsNow(
  access: ConnectionAccess,
  publication: string,
  signal: AbortSignal,
): Promise<readonly TableVersion[]> {
  await using session = await openCaptureSession(access, signal);
  return await readVersions(session, publication);
}

async function versionsIn(
  snapshot: ExportedSnapshot,
  access: ConnectionAccess,
  publication: string,
  signal: AbortSignal,
): Promise<readonly TableVersion[]> {
  await using session = await joinSnapshot(access, snapshot, signal);
  return await readVersions(session, publication);
}

async function readVersions(session: Session, publication: string): Promise<readonly TableVersion[]> {
  return await session.query<TableVersion & Record<string, unknown>>(VERSIONS_SQL, [publication]);
}

/**
 * Versions are told apart by who wrote them and where they lie, and not by their age: ids of transactions come round. With
 * the partitions of a table, and what is stored apart of each.
 */
const VERSIONS_SQL = `
  WITH RECURSIVE captured AS (
    SELECT c.oid, c.oid::pg_catalog.regclass::pg_catalog.text AS name
      FROM pg_catalog.pg_publication_tables p
      JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) p.schemaname
      JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) p.tablename
     WHERE p.pubname OPERATOR(pg_catalog.=) $1
    UNION
    SELECT i.inhrelid, i.inhrelid::pg_catalog.regclass::pg_catalog.text
      FROM pg_catalog.pg_inherits i JOIN captured ON i.inhparent OPERATOR(pg_catalog.=) captured.oid
  ), described AS (
    SELECT captured.oid, 'class' AS by, c.xmin, c.ctid FROM pg_catalog.pg_class c JOIN captured ON captured.oid OPERATOR(pg_catalog.=) c.oid
    UNION ALL
    SELECT captured.oid, 'apart', t.xmin, t.ctid
      FROM captured JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) captured.oid JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) c.reltoastrelid
    UNION ALL
    SELECT captured.oid, 'column', a.xmin, a.ctid FROM pg_catalog.pg_attribute a JOIN captured ON a.attrelid OPERATOR(pg_catalog.=) captured.oid
    UNION ALL
    SELECT captured.oid, 'index', x.xmin, x.ctid FROM pg_catalog.pg_index x JOIN captured ON x.indrelid OPERATOR(pg_catalog.=) captured.oid
  )
  SELECT captured.oid::pg_catalog.text AS oid, captured.name,
         pg_catalog.md5(pg_catalog.string_agg(by OPERATOR(pg_catalog.||) xmin::pg_catalog.text OPERATOR(pg_catalog.||) ctid::pg_catalog.text, ',' ORDER BY by, ctid)) AS version
    FROM described JOIN captured ON captured.oid OPERATOR(pg_catalog.=) described.oid
   GROUP BY captured.oid, captured.name
   ORDER BY captured.name`;
