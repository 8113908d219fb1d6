/** The rows of files as texts that can be compared: each row one text, in no particular order. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compression, Format } from '../../electron/contract/format.ts';
import { DuckDb } from '../harness/duckdb.ts';
import type { Database } from '../harness/postgres/database.ts';
import type { TableName } from './tables.ts';

/** Postgres's own rendering of a table in a format: what the files have to hold. */
export async function expectedRows(
  database: Database,
  table: TableName,
  kind: Format['kind'],
  folder: string,
): Promise<string[]> {
  if (kind === 'csv') {
    const file = path.join(folder, `${table}.csv`);
    await database.query(`COPY ${table} TO '${file}' (FORMAT csv)`);
    const { rows } = await database.query<{ text: string }>(`SELECT pg_read_file('${file}') AS text`);
    return csvRecords(rows[0]?.text ?? '');
  }
  const row = kind === 'jsonl' ? 'row_to_json(t)::text' : `array_to_json(ARRAY[${PARQUET_COLUMNS}])::text`;
  const { rows } = await database.query<{ row: string }>(`SELECT ${row} AS row FROM ${table} t`);
  return rows.map((found) => found.row);
}

const NAMES = ['id', 'big', 'note', 'price', 'ok', 'at', 'day', 'filler'];
const PARQUET_COLUMNS = NAMES.map((name) => `${name}::text`).join(', ');

/** What the objects hold. */
export async function rowsOf(
  objects: readonly Buffer[],
  { kind }: Format,
  compression: Compression,
  folder: string,
): Promise<string[]> {
  if (kind === 'parquet') return await parquetRows(objects, folder);
  return objects.flatMap((object) => {
    const text = unpacked(object, compression).toString('utf8');
    return kind === 'csv' ? csvRecords(text) : text.split('\n').slice(0, -1);
  });
}

function unpacked(object: Buffer, compression: Compression): Buffer {
  if (compression === 'none') return object;
  return compression === 'gzip' ? gunzipSync(object) : zstdDecompressSync(object);
}

/** Splits at the ends of lines that are outside of quotes. */
function csvRecords(text: string): string[] {
  const records: string[] = [];
  let record = '';
  let open = false;
  for (const line of text.split('\n').slice(0, -1)) {
    record = open ? `${record}\n${line}` : line;
    open = ((record.length - record.replaceAll('"', '').length) & 1) === 1;
    if (!open) records.push(record);
  }
  return records;
}

async function parquetRows(objects: readonly Buffer[], folder: string): Promise<string[]> {
  if (objects.length === 0) return [];
  const place = path.join(folder, 'parquet');
  await mkdir(place, { recursive: true });
  await Promise.all(objects.map((object, i) => writeFile(path.join(place, `${String(i)}.parquet`), object)));
  using duck = await DuckDb.open();
  const columns = NAMES.map((name) => `"${name}"::VARCHAR`).join(', ');
  const rows = await duck.texts(`SELECT ${columns} FROM read_parquet('${place}/*.parquet')`);
  await rm(place, { recursive: true });
  return rows.map((row) => JSON.stringify(row));
}

/** What the two lists do not have in common, in words; undefined where they are the same. */
export function difference(expected: readonly string[], found: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1);
  let more = 0;
  for (const row of found) {
    const left = counts.get(row) ?? 0;
    if (left === 0) more++;
    else counts.set(row, left - 1);
  }
  const missing = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return more + missing === 0
    ? undefined
    : `${missing} rows are missing, ${more} are there that should not be`;
}
