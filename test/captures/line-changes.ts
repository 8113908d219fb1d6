/** The changes in an object of lines: Debezium's envelope, and flat lines. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { fail } from './history-error.ts';

/** The text of every value of a row, as Postgres writes it; null for NULL. */
export type Row = Map<string, string | null>;

/** What a line, or a row of Parquet, says of a change. */
export interface Told {
  readonly op: 'r' | 'c' | 'u' | 'd' | 't';
  readonly commitLsn: bigint;
  /** Its place in its transaction, from 1; 0 for a row of a snapshot. */
  readonly order: number;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly unchanged: readonly string[];
}

type Parsed = Readonly<Record<string, unknown>>;

/** @throws HistoryError */
export function lineChanges(key: string, bytes: Buffer, format: 'jsonl' | 'flat'): Told[] {
  const lines = plain(key, bytes).toString('utf8').split('\n');
  if (lines.pop() !== '') fail(`${key} does not end with a line`);
  return lines.map((line) => (format === 'flat' ? flatChange(parse(line)) : envelopeChange(parse(line))));
}

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
    before: op === 'd' ? row : rowOf(((line['_before'] ?? line['_key']) as Parsed | undefined) ?? null),
    after: op === 'd' || op === 't' ? undefined : row,
    unchanged: (line['_unchanged'] as string[] | undefined) ?? [],
  };
}

/** Numbers keep all their digits: what JavaScript makes of them is not what was written. */
export function parse(line: string): Parsed {
  return JSON.parse(line, (_, value: unknown, context?: { readonly source: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  ) as Parsed;
}

export function rowOf(value: Parsed | null): Row | undefined {
  if (value === null) return undefined;
  return new Map(Object.entries(value).map(([name, each]) => [name, textOf(each)]));
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return typeof value === 'string' ? value : fail(`a value is ${typeof value}`);
}

function plain(key: string, bytes: Buffer): Buffer {
  if (key.endsWith('.zst')) return zstdDecompressSync(bytes);
  return key.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
