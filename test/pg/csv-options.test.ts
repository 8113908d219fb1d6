/** Every option of COPY's two text formats against the server's own COPY to a file, byte for byte, header included. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TEXT_ENCODING_NAMES, type TextEncodingName } from '../../electron/contract/encoding.ts';
import { csvProblems, formatSchema, type CsvFormat } from '../../electron/contract/format.ts';
import { encodeText } from '../../electron/engine/encode/encode-text.ts';
import { failure } from '../harness/engine/test-engine.ts';
import { db, engine, extract, folder, objectsOf, postgres } from './extract-world.ts';

const literal = (text: string) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const name = (text: string) => `"${text.replaceAll('"', '""')}"`;

let files = 0;
/** The server writes the file itself: nothing of ours has touched the bytes. */
async function serverCopy(query: string, format: CsvFormat): Promise<Buffer> {
  const file = path.join(postgres().dataFolder, `options-${String(files++)}.csv`);
  const { forceQuote = 'none' } = format;
  const options = [
    `FORMAT ${format.dialect === 'text' ? 'text' : 'csv'}`,
    `ENCODING '${format.encoding ?? 'UTF8'}'`,
    `DELIMITER ${literal(format.delimiter)}`,
    `NULL ${literal(format.nullToken)}`,
    `HEADER ${String(format.header)}`,
    ...(format.quote === undefined ? [] : [`QUOTE ${literal(format.quote)}`]),
    ...(format.escape === undefined ? [] : [`ESCAPE ${literal(format.escape)}`]),
    ...(forceQuote === 'none'
      ? []
      : [`FORCE_QUOTE ${forceQuote === 'all' ? '*' : `(${forceQuote.map(name).join()})`}`]),
  ];
  await db.query(`COPY (${query}) TO ${literal(file)} (${options.join(', ')})`);
  return await readFile(file);
}

async function engineCopy(query: string, format: CsvFormat): Promise<Buffer> {
  const ended = await extract({ selection: { query }, format });
  // What counts rows in the bytes knows the options too.
  const manifestKey = `_sluice/runs/${ended.run.id}/manifest.json`;
  const bytes = Buffer.concat(await objectsOf(ended));
  const proof = await engine.call('manifests.verify', { destination: { folder }, manifestKey });
  expect(proof).toMatchObject({ proved: true });
  return bytes;
}

async function expectSame(query: string, options: object): Promise<Buffer> {
  const format = formatSchema.parse({ kind: 'csv', ...options }) as CsvFormat;
  const ours = await engineCopy(query, format);
  const theirs = await serverCopy(query, format);
  if (!ours.equals(theirs)) expect(ours.toString('latin1')).toBe(theirs.toString('latin1'));
  return ours;
}

const CHARACTERS = [
  'a',
  '"',
  "'",
  '~',
  ',',
  '|',
  '\t',
  '\n',
  '\r',
  '\\',
  '.',
  'N',
  ' ',
  '-',
  'ä',
  '\v',
  '\b',
  '\f',
];
const words = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 8 });
const format = fc
  .record({
    kind: fc.constant('csv' as const),
    dialect: fc.constantFrom('postgres' as const, 'text' as const),
    delimiter: fc.constantFrom(',', '|', '\t', ';', '~', ' '),
    nullToken: fc.constantFrom('', '\\N', 'N', '-', 'a'),
    header: fc.boolean(),
    quote: fc.constantFrom(undefined, '"', "'", '~', '-', 'a'),
    escape: fc.constantFrom(undefined, '"', '\\', "'", 'N', '~'),
    forceQuote: fc.constantFrom(undefined, 'none' as const, 'all' as const, ['b'], ['b', 'c']),
    encoding: fc.constantFrom(undefined, 'UTF8' as const, 'LATIN1' as const),
  })
  .map((options) =>
    options.dialect === 'text'
      ? { ...options, quote: undefined, escape: undefined, forceQuote: undefined }
      : options,
  )
  .filter((options) => csvProblems(options).length === 0);

test(
  'any options, any text: NULL and the empty text, quotes, escapes, header (field notes 30, 31)',
  { timeout: 240_000 },
  async () => {
    await db.query('CREATE TABLE texts (a text, b text, c int)');
    const row = fc.tuple(fc.option(words), fc.option(words), fc.option(fc.integer()));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), words, format, async (rows, column, options) => {
        await db.query('TRUNCATE texts');
        const [a, b, c] = [0, 1, 2].map((index) => rows.map((values) => values[index]));
        await db.query('INSERT INTO texts SELECT * FROM unnest($1::text[], $2::text[], $3::int[])', [
          a,
          b,
          c,
        ]);
        await expectSame(`SELECT a AS ${name(`x${column}`)}, b, c FROM texts`, options);
      }),
      { numRuns: 60 },
    );
  },
);

test('the defaults of the text dialect: a tab, \\N, backslashes', async () => {
  const bytes = await expectSame(
    String.raw`SELECT 1 AS "a	b", NULL::text AS "c\d", E'x\ty\\z\n' AS e, '' AS f`,
    {
      dialect: 'text',
      header: true,
    },
  );
  expect(bytes.toString()).toBe('a\\tb\tc\\\\d\te\tf\n1\t\\N\tx\\ty\\\\z\\n\t\n');
});

test('rows without columns, with every option', async () => {
  await db.query('CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES');
  await expectSame('SELECT * FROM nothing', { forceQuote: 'all', header: true });
  await expectSame('SELECT * FROM nothing', { dialect: 'text', header: true });
});

test('a column to be quoted that is not there is said by its name, before a row is read', async () => {
  const ended = await extract({
    selection: { query: 'SELECT 1 AS a' },
    format: { kind: 'csv', forceQuote: ['b'] },
  });
  expect(failure(ended)).toMatchObject({
    code: 'SOURCE_NO_COLUMN',
    message: expect.stringContaining('"b"') as string,
  });
});

describe('encodings', () => {
  /** What the server makes of each byte from 0x80 on; null for one that the encoding does not use. */
  async function upperHalf(encoding: TextEncodingName): Promise<(string | null)[]> {
    await db.query(`
      CREATE OR REPLACE FUNCTION character_of(byte int, encoding text) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN RETURN convert_from(set_byte('\\x00', 0, byte), encoding); EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$`);
    const { rows } = await db.query<{ character: string | null }>(
      'SELECT character_of(i, $1) AS character FROM generate_series(128, 255) i',
      [encoding],
    );
    return rows.map(({ character }) => character);
  }

  test.each(TEXT_ENCODING_NAMES.filter((each) => each !== 'UTF8'))(
    '%s has the characters that Postgres says',
    async (encoding) => {
      const characters = await upperHalf(encoding);
      expect(characters.filter((each) => each !== null).length).toBeGreaterThan(80);
      const wrong = characters.flatMap((character, index) => {
        if (character === null) return [];
        const byte = 128 + index;
        const ours = (() => {
          try {
            return encodeText(character, encoding).toString('hex');
          } catch {
            return 'refused';
          }
        })();
        return ours === byte.toString(16) ? [] : [[byte.toString(16), character, ours]];
      });
      expect(wrong).toEqual([]);
      const all = characters
        .filter((each) => each !== null && /\p{L}/u.test(each))
        .join('')
        .slice(0, 20);
      await expectSame(`SELECT ${literal(all)} AS ${name(all)}`, { encoding, header: true });
      await expectSame(`SELECT ${literal(all)} AS ${name(all)}`, { dialect: 'text', encoding, header: true });
    },
  );

  test('a character that the encoding does not have ends the run, and is not shown', async () => {
    const spec = { format: { kind: 'csv' as const, encoding: 'LATIN1' as const } };
    const ended = await extract({ selection: { query: `SELECT 'price: 5 €'` }, ...spec });
    expect(failure(ended)).toMatchObject({ code: 'DATA_UNENCODABLE' });
    expect(JSON.stringify([failure(ended), ended.log])).not.toMatch(/0xe2|€/);
  });

  test('a name that the encoding does not have is said before a row is read', async () => {
    const ended = await extract({
      selection: { query: `SELECT 1 AS "€"` },
      format: { kind: 'csv', encoding: 'LATIN1', header: true },
    });
    expect(failure(ended)).toMatchObject({ code: 'DATA_UNENCODABLE', details: { column: '€' } });
  });
});
