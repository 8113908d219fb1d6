/** What Postgres says that is in a table, beside what a replay has made of its history. */
import type { Client } from 'pg';
import type { Row } from './line-changes.ts';
import { quoted } from './workload-tables.ts';

/** Every row as one text: of each column the name and the text that Postgres gives; sorted. */
export async function truthOf(client: Client, name: string): Promise<string[]> {
  await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
    SET extra_float_digits = 1; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET search_path = public`);
  const { rows: columns } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoted(name)],
  );
  await client.query(`SET search_path = ''`);
  // concat() writes a value as COPY does; a cast to text writes some types otherwise.
  const list = columns
    .map(
      ({ name: column }) =>
        `CASE WHEN ${quoted(column)} IS NOT DISTINCT FROM NULL THEN NULL ELSE concat(${quoted(column)}) END`,
    )
    .join(', ');
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${list} FROM public.${quoted(name)}`,
    rowMode: 'array',
  });
  return rows
    .map((values) => textOf(columns.map(({ name: column }, at) => [column, values[at] ?? null])))
    .sort();
}

/** The same for the rows of a replay: columns that the last schema does not have are gone, new ones are NULL. */
export function replayedOf(rows: readonly Row[], columns: readonly string[]): string[] {
  return rows.map((row) => textOf(columns.map((column) => [column, row.get(column) ?? null]))).sort();
}

export async function columnsOf(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relname = $1 AND c.relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [name],
  );
  return rows.map(({ name: column }) => column);
}

/** The first difference in words; undefined where there is none. */
export function difference(expected: readonly string[], found: readonly string[]): string | undefined {
  const at = expected.findIndex((text, index) => text !== found[index]);
  if (at < 0 && expected.length === found.length) return undefined;
  const place = at < 0 ? expected.length : at;
  const cut = (text: string | undefined) => (text === undefined ? 'nothing' : text.slice(0, 600));
  return `${expected.length} rows in Postgres, ${found.length} replayed; first difference:\n  Postgres: ${cut(expected[place])}\n  replayed: ${cut(found[place])}`;
}

function textOf(values: readonly (readonly [string, string | null])[]): string {
  return JSON.stringify(values);
}
