/** Databases that are not in UTF-8: their values arrive as the text that they are, or in the encoding that was asked for. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERRORS } from '../../electron/contract/error-table.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { TestEngine, failure, settingsOf, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.start();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** A database in an encoding, with a table of these texts; saved as a profile of its name. */
async function databaseIn(encoding: string, texts: readonly string[], prefix = 'in'): Promise<string> {
  const name = `${prefix}_${encoding.toLowerCase()}`;
  await postgres().query(
    `CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const { host, port, user, password } = postgres();
  await using db = new TemporaryDatabase({ host, port, user, password, database: name }, () =>
    Promise.resolve(),
  );
  await db.query('CREATE TABLE words (i int, word text, note varchar(20))');
  for (const [i, text] of texts.entries())
    await db.query('INSERT INTO words VALUES ($1, $2::text, $2::text)', [i, text]);
  await engine.useProfile(name, settingsOf(db), password);
  return name;
}

async function extract(profile: string, change: Partial<ExtractSpecInput>): Promise<EndedRun> {
  return await engine.extract({
    source: { profile },
    selection: { table: { name: 'words' }, columns: ['i', 'word'] },
    destination: { folder: path.join(engine.dataFolder, profile) },
    ...change,
  });
}

async function bytesOf(ended: EndedRun, profile: string): Promise<Buffer> {
  const objects = success(ended).objects.map(({ key }) =>
    readFile(path.join(engine.dataFolder, profile, key)),
  );
  return Buffer.concat(await Promise.all(objects));
}

test.each([
  ['EUC_JP', ['受注', 'ﾃｽﾄ', 'いろは, "quoted"']],
  ['EUC_KR', ['주문', '가나다']],
  ['WIN1251', ['Заказ', 'Ёлка №5', '“так”']],
  ['LATIN1', ['Größe', 'café']],
  ['LATIN9', ['10 €', 'Œuvre']],
] as const)('%s: the texts arrive as UTF-8 in every format', async (encoding, texts) => {
  const profile = await databaseIn(encoding, texts);
  const quoted = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csv = await bytesOf(await extract(profile, {}), profile);
  expect(csv.toString('utf8')).toBe(texts.map((text, i) => `${i},${quoted(text)}\n`).join(''));
  const json = await bytesOf(await extract(profile, { format: { kind: 'jsonl' } }), profile);
  expect(
    json
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(texts.map((word, i) => ({ i, word })));
  const parquet = success(await extract(profile, { format: { kind: 'parquet' } }));
  using duck = await DuckDb.open();
  const file = path.join(engine.dataFolder, profile, parquet.objects[0]!.key);
  expect(await duck.texts(`SELECT word FROM '${file}' ORDER BY i`)).toEqual(texts.map((text) => [text]));
});

test('from one encoding to another, without a detour that loses anything', async () => {
  const ended = await extract('in_win1251', {
    format: { kind: 'csv', encoding: 'KOI8R' },
    selection: { table: { name: 'words' }, columns: ['word'], where: 'i = 0' },
  });
  // "Заказ" in KOI8-R.
  expect(await bytesOf(ended, 'in_win1251')).toEqual(Buffer.from([0xfa, 0xc1, 0xcb, 0xc1, 0xda, 0x0a]));
});

test('SQL_ASCII: what is UTF-8 arrives, and what is not ends the run without showing it', async () => {
  const profile = await databaseIn('SQL_ASCII', ['plain', 'größe 受注']);
  const csv = await bytesOf(await extract(profile, {}), profile);
  expect(csv.toString('utf8')).toBe('0,plain\n1,größe 受注\n');
  const { host, port, user, password } = postgres();
  await using db = new TemporaryDatabase({ host, port, user, password, database: profile }, () =>
    Promise.resolve(),
  );
  await db.query(String.raw`SET client_encoding = 'SQL_ASCII'; INSERT INTO words VALUES (2, E'caf\xe9')`);
  const error = failure(await extract(profile, {}));
  expect(error.code).toBe('DATA_UNDECODABLE');
  expect(JSON.stringify(error)).not.toContain('0xe9');

  const asTheHintSays =
    "convert_from(convert(convert_to(word, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'SQL_ASCII') FROM words WHERE i = 2";
  expect(ERRORS.DATA_UNDECODABLE.hint).toContain(asTheHintSays.split(' FROM')[0]!.replace('word', 'name'));
  const told = await extract(profile, { selection: { query: `SELECT ${asTheHintSays}` } });
  expect((await bytesOf(told, profile)).toString('utf8')).toBe('café\n');
});

test.each([
  ['LATIN1', 'Größe'],
  ['LATIN2', 'Zażółć'],
  ['LATIN5', 'Şişe'],
  ['LATIN9', 'Œuvre €'],
  ['ISO_8859_5', 'Заказ'],
  ['ISO_8859_7', 'Παραγγελία'],
  ['KOI8R', 'Заказ'],
  ['WIN1252', '10 €'],
  ['EUC_TW', '訂單'],
  ['EUC_JP', '受注'],
] as const)(
  '%s: names of tables and columns are told as they are, and read by them',
  async (encoding, name) => {
    const database = await databaseIn(encoding, [], 'named');
    const { host, port, user, password } = postgres();
    await using db = new TemporaryDatabase({ host, port, user, password, database }, () => Promise.resolve());
    await db.query(
      `CREATE TABLE "${name}" (id int, "${name} 2" text); INSERT INTO "${name}" VALUES (1, 'a')`,
    );
    const { connections } = await engine.call('profiles.list', {});
    const connectionId = connections.find((each) => each.name === database)?.id ?? '';
    const { relations } = await engine.call('relations.list', { connectionId });
    expect(relations.map((relation) => relation.name)).toContain(name);
    const described = await engine.call('relations.describe', { connectionId, relation: { name } });
    expect(described.columns.map((column) => column.name)).toEqual(['id', `${name} 2`]);
    const ended = await extract(database, {
      selection: { table: { name }, columns: [`${name} 2`] },
      format: { kind: 'csv', header: true },
    });
    expect((await bytesOf(ended, database)).toString()).toBe(`${name} 2\na\n`);
  },
);
