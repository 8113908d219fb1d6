/**
 * Reads what a capture has written, as a stranger would: the log from its first entry on, the objects that it names, and
 * the rows in them with readers that are not Sluice's. Nothing of Sluice's own code takes part. What is not as documented
 * is an error.
 */
import { fail } from './history-error.ts';
import { lineChanges, type Told } from './line-changes.ts';
import { parquetChanges } from './parquet-changes.ts';
import { placedObjects, type LogEntry, type PlacedObject } from './placed-objects.ts';

/** The objects of a prefix: keys without the prefix, and bytes. */
export type Files = ReadonlyMap<string, Buffer>;

export interface HistoryChange extends Told {
  readonly table: string;
  /** Names of the columns that the table has at this change, and those that name a row. */
  readonly schema: Schema;
  /** Where it was found, for messages. */
  readonly at: string;
}

export interface SchemaColumn {
  readonly name: string;
  readonly key: boolean;
}

export interface Schema {
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly full: boolean;
}

export interface HistoryEntry {
  readonly sequence: number;
  readonly kind: 'changes' | 'snapshot';
  readonly fromLsn: bigint;
  readonly toLsn: bigint;
  readonly table: string | undefined;
  readonly changes: readonly HistoryChange[];
}

export interface History {
  /** Compactions are not among them: what they have merged is where it was. */
  readonly entries: readonly HistoryEntry[];
  readonly compactions: number;
  readonly checkpoint: Record<string, unknown>;
  /** Keys that entries name. */
  readonly named: ReadonlySet<string>;
}

/** @throws HistoryError */
export async function readHistory(files: Files, job: string): Promise<History> {
  const checkpoint = jsonOf(files, `_sluice/${job}/checkpoint.json`) as Record<string, unknown>;
  const log = readLog(files, job);
  const beyond = log.slice(Number(checkpoint['sequence']));
  // A compaction writes its entry and leaves the checkpoint to the capture.
  if (Number(checkpoint['sequence']) > log.length || beyond.some(({ kind }) => kind !== 'compaction'))
    fail(`the checkpoint counts ${String(checkpoint['sequence'])} entries, and there are ${log.length}`);
  const named = new Set<string>();
  for (const { sequence, objects } of log) {
    for (const { key } of objects) {
      if (named.has(key)) fail(`entry ${sequence} names ${key}, which is named before`);
      named.add(key);
    }
  }
  const placed = placedObjects(log);
  const entries: HistoryEntry[] = [];
  for (const entry of log) {
    const { kind, sequence } = entry;
    if (kind === 'compaction') continue;
    const changes: HistoryChange[] = [];
    for (const object of placed.get(sequence) ?? []) changes.push(...(await changesOf(files, object)));
    const [fromLsn, toLsn] = [lsnOf(entry.fromLsn), lsnOf(entry.toLsn)];
    const table = entry.table === undefined ? undefined : nameOf(entry.table);
    entries.push({ sequence, kind, fromLsn, toLsn, table, changes });
  }
  return { entries, compactions: log.length - entries.length, checkpoint, named };
}

/** Of entries with one number that of the highest epoch counts; the number is in the name first, and the epoch behind it. */
function readLog(files: Files, job: string): LogEntry[] {
  const folder = `_sluice/${job}/log/`;
  const counted = new Map<number, { readonly epoch: number; readonly key: string }>();
  for (const key of files.keys()) {
    if (!key.startsWith(folder)) continue;
    const [, number, epoch] =
      /^(\d{16})(?:-(\d{8}))?\.json$/.exec(key.slice(folder.length)) ?? fail(`${key} is no entry of a log`);
    const found = { epoch: Number(epoch ?? 0), key };
    if ((counted.get(Number(number))?.epoch ?? -1) < found.epoch) counted.set(Number(number), found);
  }
  return [...counted.keys()]
    .toSorted((a, b) => a - b)
    .map((sequence, index) => {
      if (sequence !== index + 1) fail(`the log has a gap: entry ${index + 1} is missing`);
      const entry = jsonOf(files, counted.get(sequence)?.key ?? '') as LogEntry;
      if (entry.sequence !== sequence) fail(`entry ${sequence} says that it is ${entry.sequence}`);
      return entry;
    });
}

async function changesOf(files: Files, placed: PlacedObject): Promise<HistoryChange[]> {
  const { object, format, named } = placed;
  const where = object.key;
  const bytes = files.get(where) ?? fail(`there is no object ${where}, which entry ${named} names`);
  if (bytes.length !== object.bytes) fail(`${where} has ${bytes.length} bytes, and not ${object.bytes}`);
  const file = jsonOf(files, object.schema) as { columns: SchemaColumn[]; replicaIdentity: string };
  const told =
    format === 'parquet'
      ? await parquetChanges(
          bytes,
          file.columns.map(({ name }) => name),
        )
      : lineChanges(where, bytes, format);
  if (told.length !== object.rows) fail(`${where} has ${told.length} rows, and not ${object.rows}`);
  const schema: Schema = {
    columns: file.columns.map(({ name }) => name),
    key: file.columns.filter((column) => column.key).map(({ name }) => name),
    full: file.replicaIdentity === 'full',
  };
  const table = nameOf(object.table);
  return told.map((each, index) => {
    const change = { ...each, table, schema, at: `${where}:${index + 1}` };
    assertInside(change, placed);
    return change;
  });
}

function assertInside({ commitLsn, at, op }: HistoryChange, placed: PlacedObject): void {
  const { kind, object, fromLsn, toLsn } = placed;
  if (commitLsn < lsnOf(object.firstLsn) || commitLsn > lsnOf(object.lastLsn))
    fail(`${at} lies outside of its object`);
  if ((kind === 'snapshot') !== (op === 'r')) fail(`${at} is ${op} in an entry of ${kind}`);
  if (kind === 'changes' && (commitLsn < lsnOf(fromLsn) || commitLsn >= lsnOf(toLsn)))
    fail(`${at} lies outside of its entry`);
}

function jsonOf(files: Files, key: string): unknown {
  const bytes = files.get(key) ?? fail(`there is no ${key}`);
  return JSON.parse(bytes.toString('utf8'));
}

export function lsnOf(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function nameOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}
