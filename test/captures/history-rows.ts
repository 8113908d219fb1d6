/**
 * Reads what a capture has written, as a stranger would: the log from its first entry on, the objects that it names, their
 * lines with `JSON.parse`. Nothing of Sluice's own code takes part. What is not as documented is an error.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** The objects of a prefix: keys without the prefix, and bytes. */
export type Files = ReadonlyMap<string, Buffer>;

/** The text of every value of a row, as Postgres writes it; null for NULL. */
export type Row = Map<string, string | null>;

export interface HistoryChange {
  readonly table: string;
  readonly op: 'r' | 'c' | 'u' | 'd' | 't';
  readonly commitLsn: bigint;
  /** Its place in its transaction, from 1; 0 for a row of a snapshot. */
  readonly order: number;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly unchanged: readonly string[];
  /** Names of the columns that the table has at this change, and those that name a row. */
  readonly schema: Schema;
  /** Where it was found, for messages. */
  readonly at: string;
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
  readonly entries: readonly HistoryEntry[];
  readonly checkpoint: Record<string, unknown>;
  /** Keys that entries name. */
  readonly named: ReadonlySet<string>;
}

/** Something that is not as it has to be. */
export class HistoryError extends Error {}

interface LoggedObject {
  readonly key: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly schema: string;
  readonly rows: number;
  readonly bytes: number;
  readonly firstLsn: string;
  readonly lastLsn: string;
  readonly part: number;
  readonly operations: Readonly<Record<string, number>>;
}

interface LogEntry {
  readonly sequence: number;
  readonly kind: 'changes' | 'snapshot' | 'compaction';
  readonly fromLsn: string;
  readonly toLsn: string;
  readonly format: 'jsonl' | 'flat';
  readonly table?: { readonly schema: string; readonly name: string };
  readonly objects: readonly LoggedObject[];
}

/** @throws HistoryError */
export function readHistory(files: Files, job: string): History {
  const checkpoint = jsonOf(files, `_sluice/${job}/checkpoint.json`) as Record<string, unknown>;
  const entries: HistoryEntry[] = [];
  const named = new Set<string>();
  for (let sequence = 1; ; sequence++) {
    const key = `_sluice/${job}/log/${String(sequence).padStart(16, '0')}.json`;
    if (!files.has(key)) break;
    entries.push(entryOf(files, jsonOf(files, key) as LogEntry, sequence, named));
  }
  if (checkpoint['sequence'] !== entries.length)
    fail(`the checkpoint counts ${String(checkpoint['sequence'])} entries, and there are ${entries.length}`);
  const beyond = [...files.keys()].filter((key) => key.startsWith(`_sluice/${job}/log/`));
  if (beyond.length !== entries.length)
    fail(`the log has a gap: ${beyond.length} files, ${entries.length} in a row`);
  return { entries, checkpoint, named };
}

function entryOf(files: Files, entry: LogEntry, sequence: number, named: Set<string>): HistoryEntry {
  const where = `entry ${sequence}`;
  if (entry.sequence !== sequence) fail(`${where} says that it is ${entry.sequence}`);
  if (entry.kind === 'compaction') fail(`${where} is a compaction, which nobody asked for`);
  const fromLsn = lsnOf(entry.fromLsn);
  const toLsn = lsnOf(entry.toLsn);
  const changes = entry.objects.flatMap((object) => {
    if (named.has(object.key)) fail(`${where} names ${object.key}, which is named before`);
    named.add(object.key);
    return changesOf(files, entry, object, { fromLsn, toLsn });
  });
  const table = entry.table === undefined ? undefined : nameOf(entry.table);
  return { sequence, kind: entry.kind, fromLsn, toLsn, table, changes };
}

function changesOf(
  files: Files,
  entry: LogEntry,
  object: LoggedObject,
  bounds: { readonly fromLsn: bigint; readonly toLsn: bigint },
): HistoryChange[] {
  const where = object.key;
  const bytes = files.get(where) ?? fail(`there is no object ${where}, which entry ${entry.sequence} names`);
  if (bytes.length !== object.bytes) fail(`${where} has ${bytes.length} bytes, and not ${object.bytes}`);
  const lines = plain(where, bytes).toString('utf8').split('\n');
  if (lines.pop() !== '') fail(`${where} does not end with a line`);
  if (lines.length !== object.rows) fail(`${where} has ${lines.length} rows, and not ${object.rows}`);
  const schema = schemaOf(files, object.schema);
  const table = nameOf(object.table);
  const read = entry.format === 'flat' ? flatChange : envelopeChange;
  return lines.map((line, index) => {
    const change = { ...read(parse(line)), table, schema, at: `${where}:${index + 1}` };
    assertInside(change, entry, object, bounds);
    return change;
  });
}

function assertInside(
  { commitLsn, at, op }: HistoryChange,
  { kind }: LogEntry,
  { firstLsn, lastLsn }: LoggedObject,
  { fromLsn, toLsn }: { readonly fromLsn: bigint; readonly toLsn: bigint },
): void {
  if (commitLsn < lsnOf(firstLsn) || commitLsn > lsnOf(lastLsn)) fail(`${at} lies outside of its object`);
  if ((kind === 'snapshot') !== (op === 'r')) fail(`${at} is ${op} in an entry of ${kind}`);
  if (kind === 'changes' && (commitLsn < fromLsn || commitLsn >= toLsn))
    fail(`${at} lies outside of its entry`);
}

type Parsed = Readonly<Record<string, unknown>>;
type Told = Pick<HistoryChange, 'op' | 'commitLsn' | 'order' | 'before' | 'after' | 'unchanged'>;

/** Debezium's envelope. */
function envelopeChange(line: Parsed): Told {
  const source = line['source'] as Parsed;
  const transaction = line['transaction'] as Parsed | null;
  return {
    op: line['op'] as Told['op'],
    commitLsn: BigInt(String(source['commit_lsn'])),
    order: transaction === null ? 0 : Number(transaction['total_order']),
    before: rowOf(line['before'] as Parsed | null),
    after: rowOf(line['after'] as Parsed | null),
    unchanged: (line['unchanged'] as string[] | undefined) ?? [],
  };
}

/** Columns of the row beside members that begin with an underscore. */
function flatChange(line: Parsed): Told {
  const op = line['_op'] as Told['op'];
  const row = rowOf(Object.fromEntries(Object.entries(line).filter(([name]) => !name.startsWith('_'))));
  return {
    op,
    commitLsn: BigInt(String(line['_commit_lsn'])),
    order: Number(line['_order'] ?? 0),
    before: op === 'd' ? row : rowOf((line['_key'] as Parsed | undefined) ?? null),
    after: op === 'd' || op === 't' ? undefined : row,
    unchanged: (line['_unchanged'] as string[] | undefined) ?? [],
  };
}

/** Numbers keep all their digits: what JavaScript makes of them is not what was written. */
function parse(line: string): Parsed {
  return JSON.parse(line, (_, value: unknown, context?: { readonly source: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  ) as Parsed;
}

function rowOf(value: Parsed | null): Row | undefined {
  if (value === null) return undefined;
  return new Map(Object.entries(value).map(([name, each]) => [name, textOf(each)]));
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return typeof value === 'string' ? value : fail(`a value is ${typeof value}`);
}

function schemaOf(files: Files, key: string): Schema {
  const { columns, replicaIdentity } = jsonOf(files, key) as {
    columns: { name: string; key: boolean }[];
    replicaIdentity: string;
  };
  return {
    columns: columns.map(({ name }) => name),
    key: columns.filter((column) => column.key).map(({ name }) => name),
    full: replicaIdentity === 'full',
  };
}

function plain(key: string, bytes: Buffer): Buffer {
  if (key.endsWith('.zst')) return zstdDecompressSync(bytes);
  return key.endsWith('.gz') ? gunzipSync(bytes) : bytes;
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

/** @throws HistoryError */
export function fail(message: string): never {
  throw new HistoryError(message);
}
