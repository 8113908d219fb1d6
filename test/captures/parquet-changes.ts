/** The changes in an object of Parquet, as DuckDB reads them, with values as Postgres writes them. */
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { parse, rowOf, type Row, type Told } from './line-changes.ts';

let opened: Promise<DuckDBConnection> | undefined;

/** @param columns of the table */
export async function parquetChanges(bytes: Buffer, columns: readonly string[]): Promise<Told[]> {
  opened ??= open();
  const connection = await opened;
  const file = path.join(tmpdir(), `sluice-oracle-${process.pid}-${randomUUID()}.parquet`);
  await writeFile(file, bytes);
  try {
    const types = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet('${file}')`);
    const kinds = new Map(types.getRows().map(([name, type]) => [String(name), String(type)]));
    // All of it as text: a value of JavaScript would have fewer digits.
    const read = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM read_parquet('${file}')`);
    const names = read.columnNames();
    return read.getRows().map((values) => {
      const row: Row = new Map(
        names.map((name, at) => [name, textOf(values[at] as string | null, kinds.get(name) ?? '')]),
      );
      return changeOf(row, columns);
    });
  } finally {
    await rm(file, { force: true });
  }
}

async function open(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  return connection;
}

function changeOf(row: Row, columns: readonly string[]): Told {
  const op = row.get('_op') as Told['op'];
  const json = (name: string) => {
    const text = row.get(name) ?? null;
    return text === null ? null : parse(text);
  };
  const unchanged = (json('_unchanged') ?? []) as unknown as readonly string[];
  const unheld = rowOf(json('_unheld')) ?? new Map<string, string | null>();
  const values: Row = new Map(
    columns
      .filter((name) => !unchanged.includes(name))
      .map((name) => [name, unheld.get(name) ?? row.get(name) ?? null]),
  );
  return {
    op,
    commitLsn: BigInt(String(row.get('_commit_lsn'))),
    order: Number(row.get('_order') ?? 0),
    before: op === 'd' ? values : rowOf(json('_before') ?? json('_key')),
    after: op === 'd' || op === 't' ? undefined : values,
    unchanged,
  };
}

/** What DuckDB writes otherwise than Postgres. */
function textOf(text: string | null, kind: string): string | null {
  if (text === null) return null;
  if (kind === 'BOOLEAN') return text === 'true' ? 't' : 'f';
  if (kind === 'FLOAT' || kind === 'DOUBLE') {
    const special = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' }[text];
    return special ?? text.replace(/\.0$/, '');
  }
  // The era stands behind the year there, and at the end here.
  return /^(DATE|TIMESTAMP)/.test(kind) && text.includes(' (BC)') ? `${text.replace(' (BC)', '')} BC` : text;
}
