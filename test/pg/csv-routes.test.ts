/**
 * CSV that is made here of COPY's text format, against the server's own, byte for byte. The server writes the same rows
 * twice, in the form that the encoder asks for and as CSV; nothing else of ours is in between.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvProblems, formatSchema, type CsvFormat } from '../../electron/contract/format.ts';
import type { CopyForm } from '../../electron/engine/copy-form.ts';
import type { SourceColumn } from '../../electron/engine/ports.ts';
import { csvRoute } from '../../electron/engine/encode/csv-route.ts';
import { postgresCsv } from '../../electron/engine/encode/postgres-csv.ts';
import { copySql } from '../../electron/engine/postgres/selection-sql.ts';
import { db, postgres } from './extract-world.ts';

let files = 0;
async function copyOf(query: string, form: CopyForm): Promise<Buffer> {
  const file = path.join(postgres().dataFolder, `routes-${String(files++)}`);
  await db.query(copySql(query, form).replace('TO STDOUT', `TO '${file}'`));
  return await readFile(file);
}

function csvForm({ delimiter, nullToken, quote, escape }: CsvFormat): CopyForm {
  return { kind: 'csv', delimiter, nullToken, quote, escape };
}

const LF = 0x0a;

/** Whole rows of text, so many at a time. */
function* batchesOf(bytes: Buffer, rows: number) {
  for (let from = 0; from < bytes.length;) {
    let to = from;
    let count = 0;
    for (; count < rows && to < bytes.length; count++) to = bytes.indexOf(LF, to) + 1;
    yield { bytes: bytes.subarray(from, to), rows: count };
    from = to;
  }
}

async function encoded(format: CsvFormat, columns: readonly SourceColumn[], query: string, rows: number) {
  await using encoder = postgresCsv(format, columns);
  const pieces: Uint8Array[] = [];
  for (const batch of batchesOf(await copyOf(query, encoder.form), rows)) {
    pieces.push(Uint8Array.from(await encoder.encode(batch)));
  }
  return Buffer.concat(pieces);
}

function columnsOf(types: readonly string[]): SourceColumn[] {
  return types.map((type, index) => ({ name: `c${String(index)}`, type, baseType: type }));
}

const BITS = [
  '',
  '',
  'a',
  'N',
  ' ',
  '.',
  '-',
  ',',
  ',',
  '"',
  '"',
  "'",
  '~',
  '|',
  ';',
  '^',
  '\\',
  '\\',
  '\\.',
  '\\N',
  '\t',
  '\n',
  '\r',
  '\b',
  '\f',
  '\v',
  '\x01',
  'ä',
  '😀',
  'NULL',
  'n/a',
  '?',
  'a longer text, with more than fits into the shortest of copies, and a comma or two in it',
];
const text = fc.array(fc.constantFrom(...BITS), { maxLength: 4 }).map((bits) => bits.join(''));
/** Mostly without anything in it, as in a real table: what differs stands alone or side by side. */
const value = fc.oneof(
  { arbitrary: fc.constantFrom('Shipped', 'Delivered', 'x'), weight: 6 },
  { arbitrary: text, weight: 2 },
  { arbitrary: fc.constantFrom(null, '', '\\N', '\\.', 'NULL', 'n/a', '?', '\\'), weight: 2 },
);
const format = fc
  .record({
    kind: fc.constant('csv' as const),
    dialect: fc.constant('postgres' as const),
    header: fc.constant(false),
    delimiter: fc.constantFrom(',', '|', '\t', ';', '~', '^', "'"),
    nullToken: fc.constantFrom('', '', '', '\\N', 'NULL', '?', 'n/a', '\\', '\\.', '\t', 'nä'),
    quote: fc.constantFrom(undefined, undefined, "'", '~', '$'),
    escape: fc.constantFrom(undefined, undefined, '\\', "'", 'N', '~', ',', 'a'),
  })
  .filter((options) => csvProblems(options).length === 0);

test('text that is rewritten is the CSV of the server, for any text, width, token and quoting', async () => {
  await db.query('CREATE TABLE any_text (n serial, c0 text, c1 text, c2 text)');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      format,
      fc.integer({ min: 1, max: 40 }),
      async (rows, width, options, batchRows) => {
        const columns = columnsOf(Array.from({ length: width }, () => 'text'));
        expect(csvRoute(options, columns).tag).toBe('rewrite');
        const values = [0, 1, 2].map((column) => rows.map((row) => row[column]));
        await db.query('TRUNCATE any_text');
        await db.query(
          'INSERT INTO any_text (c0, c1, c2) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
          values,
        );
        const query = `SELECT ${columns.map(({ name }) => name).join(', ')} FROM any_text ORDER BY n`;
        const ours = await encoded(options, columns, query, batchRows);
        const theirs = await copyOf(query, csvForm(options));
        if (!ours.equals(theirs)) expect(ours.toString()).toBe(theirs.toString());
      },
    ),
    { numRuns: 150 },
  );
});

test('types that are never empty come as they are, also with NULL in every place', async () => {
  const types = ['int4', 'numeric', 'timestamptz', 'interval', 'bool', 'uuid', 'float8', 'date', 'timetz'];
  const query = `
    SELECT CASE WHEN i % 2 = 0 THEN i END, CASE WHEN i % 3 = 0 THEN 'NaN' ELSE -i / 7.0 END::numeric,
           CASE WHEN i % 5 = 0 THEN 'infinity' ELSE timestamptz '0044-03-15 BC' + i * interval '1 day' END,
           i * interval '-1 month 1.5 seconds', nullif(i % 2 = 0, true), gen_random_uuid(), 1e300 / i,
           date '2020-01-01' + i, CASE WHEN i % 7 > 0 THEN timetz '24:00:00+14' END
      FROM generate_series(1, 500) i`;
  await db.query(
    `CREATE TABLE plain (${types.map((type, index) => `c${String(index)} ${type}`).join(', ')}); INSERT INTO plain ${query}`,
  );
  for (const nullToken of ['', '\\N', '?']) {
    const options = formatSchema.parse({ kind: 'csv', nullToken }) as CsvFormat;
    const columns = columnsOf(types);
    expect(csvRoute(options, columns).tag).toBe('same');
    const ours = await encoded(options, columns, 'SELECT * FROM plain', 100);
    expect(ours.equals(await copyOf('SELECT * FROM plain', csvForm(options)))).toBe(true);
  }
});
