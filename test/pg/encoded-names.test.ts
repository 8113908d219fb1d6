/** E10: names, labels, comments, defaults and values of a database in any encoding are those of the same one in UTF-8. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ColumnMask } from '../../electron/contract/mask.ts';
import { PreviewCursor } from '../../electron/engine/postgres/preview-cursor.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { TestEngine, settingsOf, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let engine: TestEngine;
const never = new AbortController().signal;

beforeAll(async () => {
  engine = await TestEngine.start({ maskSalt: 'salt' });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Databases so far: each has a name of its own. */
let made = 0;

async function databaseIn(encoding: string, words: Words): Promise<TemporaryDatabase> {
  const name = `names_${++made}_${encoding.toLowerCase()}_${process.pid}`;
  await postgres().query(
    `CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const { host, port, user, password } = postgres();
  const db = new TemporaryDatabase({ host, port, user, password, database: name }, () =>
    postgres().query(`DROP DATABASE ${name} WITH (FORCE)`),
  );
  const { table, column, label, other, comment, value } = words;
  await db.query(`
    CREATE TYPE kind AS ENUM ('${label}', '${other}');
    CREATE TABLE "${table}" (id int PRIMARY KEY, "${column}" kind DEFAULT '${label}', note text DEFAULT '${value}',
      short varchar(20), seen timestamptz NOT NULL DEFAULT '2020-01-01 00:00:00+00', padded char(9));
    COMMENT ON TABLE "${table}" IS '${comment}';
    COMMENT ON COLUMN "${table}"."${column}" IS '${comment}';
    INSERT INTO "${table}" (id) VALUES (1);
    INSERT INTO "${table}" (id, "${column}", note, short, padded)
      VALUES (2, '${other}', repeat('${value}', 1000), '${label}', 'cd'), (3, NULL, '', '', 'ab'), (4, '${label}', 'plain 1234', 'x', '')`);
  return db;
}

interface Words {
  readonly table: string;
  readonly column: string;
  readonly label: string;
  readonly other: string;
  readonly comment: string;
  readonly value: string;
}
const KOREAN: Words = {
  table: '주문',
  column: '상태',
  label: '접수',
  other: '배송중',
  comment: '주문 목록',
  value: '홍길동 a',
};
const JAPANESE: Words = {
  table: '受注表',
  column: '状態',
  label: '受付',
  other: '発送済み',
  comment: '受注の一覧',
  value: 'いろはﾃｽﾄ',
};

/** All that the verbs say and write of a database. */
async function toldOf(db: TemporaryDatabase, { table, column }: Words): Promise<unknown> {
  const profile = db.database;
  const connectionId = await engine.useProfile(profile, settingsOf(db), db.password);
  const { relations } = await engine.call('relations.list', { connectionId });
  const relation = { schema: 'public', name: table };
  const { columns } = await engine.call('relations.describe', { connectionId, relation });
  await using cursor = await PreviewCursor.open(
    { settings: settingsOf(db), password: db.password },
    { name: table },
    never,
  );
  const preview = await cursor.page(0, 10, never);
  const whole = await cursor.value(1, 2, never);
  const told: unknown[] = [
    relations.map((listed) => ({ ...listed, bytes: null })),
    columns,
    cursor.columns.map(({ name, type }) => [name, type]),
    preview,
    whole,
  ];
  const kinds = [{ kind: 'csv', header: true }, { kind: 'jsonl' }, { kind: 'parquet' }] as const;
  for (const format of kinds) {
    const spec = {
      source: { profile },
      selection: { table: { name: table } },
      destination: { folder: folderOf(profile, format.kind) },
      format,
    };
    const { columns: reported, refusals, counted } = await engine.call('extract.plan', { spec, count: true });
    told.push(reported, refusals, counted);
    told.push(await rowsOf(await engine.extract({ ...spec, compression: 'none' }), profile, format.kind));
    const folders = success(await engine.extract({ ...spec, partitionBy: { column, as: 'k' } })).objects;
    told.push(folders.map(({ key, rows }) => [/k=[^/]*/.exec(key)?.[0], rows]));
    for (const count of format.kind === 'csv' ? [1, 2, 4, 100] : [2]) {
      const masks = ['note', 'short', 'padded'].map((name): ColumnMask => ({
        column: name,
        mask: { kind: 'keepLast', count },
      }));
      const selection = {
        ...spec.selection,
        masks: [...masks, { column, mask: { kind: 'sha256' } as const }],
      };
      told.push(
        await rowsOf(await engine.extract({ ...spec, selection, compression: 'none' }), profile, format.kind),
      );
    }
    const incremental = await engine.extract({
      ...spec,
      mode: 'incremental',
      watermark: { column: 'seen' },
      name: 'j',
    });
    told.push(success(incremental).rows);
  }
  return told;
}

const folderOf = (profile: string, kind: string) => path.join(engine.dataFolder, profile, kind);

async function rowsOf(ended: EndedRun, profile: string, kind: string): Promise<unknown> {
  const file = path.join(folderOf(profile, kind), success(ended).objects[0]!.key);
  if (kind !== 'parquet') return await readFile(file, 'utf8');
  using duck = await DuckDb.open();
  return await duck.texts(`SELECT * FROM '${file}' ORDER BY id`);
}

test.each([
  ['SQL_ASCII', KOREAN],
  ['EUC_KR', KOREAN],
  ['SQL_ASCII', JAPANESE],
  ['EUC_JP', JAPANESE],
] as const)('E10: %s says and writes what UTF-8 does: %j', { timeout: 120_000 }, async (encoding, words) => {
  await using unicode = await databaseIn('UTF8', words);
  await using other = await databaseIn(encoding, words);
  const expected = await toldOf(unicode, words);
  expect(await toldOf(other, words)).toEqual(expected);
});

test('E10: of what is no text in SQL_ASCII, keep-last keeps bytes, and of the rest whole characters', async () => {
  await using db = await databaseIn('SQL_ASCII', KOREAN);
  const raw = await db.connect();
  await raw.query(`SET client_encoding = 'SQL_ASCII'`);
  await raw.query('CREATE TABLE mixed (id int, v text)');
  // Characters of one to four bytes, what looks like them (overlong, a surrogate, beyond the last), and pieces.
  const values = [
    'aä€😀',
    '😀€äa',
    '\\xe9abcd',
    'ab\\xc3',
    'é\\xe9é',
    '\\xc0\\x80ab',
    '\\xed\\xa0\\x80ab',
    '\\xf4\\x90\\x80\\x80ab',
    '\\xf0\\x9f\\x98ab',
    'a\\nb\\nc',
    '\\x80\\x80\\x80ab',
  ];
  for (const [id, value] of values.entries())
    await raw.query(`INSERT INTO mixed VALUES (${id}, E'${value}')`);
  await engine.useProfile('mixed', settingsOf(db), db.password);
  for (const count of [1, 2, 3]) {
    const masks: ColumnMask[] = [{ column: 'v', mask: { kind: 'keepLast', count } }];
    for (const [id, value] of values.entries()) {
      const units = unitsOf(value);
      const kept = units.length > count ? units.slice(-count) : [];
      const expected = '*'.repeat(units.length - kept.length) + kept.join('');
      const ended = await engine.extract({
        source: { profile: 'mixed' },
        selection: { table: { name: 'mixed' }, columns: ['v'], masks, where: `id = ${id}` },
        destination: { folder: folderOf('mixed', 'csv') },
        format: { kind: 'jsonl' },
      });
      if (kept.some((unit) => unit.startsWith('\\x'))) {
        expect([value, ended.state]).toMatchObject([
          value,
          { tag: 'failed', error: { code: 'DATA_UNDECODABLE' } },
        ]);
        continue;
      }
      const found = JSON.parse((await rowsOf(ended, 'mixed', 'csv')) as string) as { v: string };
      expect([value, found.v]).toEqual([value, expected]);
    }
  }
});

/** Characters, and bytes that belong to none. */
function unitsOf(value: string): string[] {
  return (value.match(/\\x..|\\n|./gu) ?? []).map((unit) => (unit === '\\n' ? '\n' : unit));
}
