/** Masks: what leaves the database, compared with what Postgres makes of the same expressions. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ColumnMask, Mask } from '../../electron/contract/mask.ts';
import { TestEngine, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { copied, db, engine, extract, folder, text } from './extract-world.ts';

const SALT = 'salt of the test';
const masked = (masks: readonly ColumnMask[], more: object = {}) => ({
  selection: { table: { name: 'people' }, masks: [...masks], ...more },
});
const one = (column: string, mask: Mask) => masked([{ column, mask }], { columns: [column] });

beforeAll(async () => {
  await db.query(`
    CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%');
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE TYPE mood AS ENUM ('ok', 'sad');
    CREATE TABLE people (
      id int PRIMARY KEY, gone text, name text, mail email, card char(20), salary numeric(12, 2), cost price, born date,
      seen timestamp, changed timestamptz(3), mood mood, doc jsonb, tags text[]);
    ALTER TABLE people DROP COLUMN gone;
    INSERT INTO people VALUES
      (1, 'Ada Lovelace', 'ada@clear.example', '4111111111111111', 1234.5, 7, '1815-12-10', '2020-06-15 13:14:15.678',
       '2020-05-31 23:30:00-04', 'ok', '{"a": 1}', '{x,y}'),
      (2, 'Zoë 🎉', 'z@clear.example', '42', 0, NULL, 'infinity', '-infinity', 'infinity', NULL, NULL, NULL),
      (3, NULL, 'n@clear.example', NULL, NULL, 1, '0044-03-15 BC', '0044-03-15 BC', '294276-12-31 23:59:59+00', 'sad', 'null', '{}'),
      (4, '', 'e@clear.example', '', -1, 2, '5874897-12-31', NULL, NULL, NULL, NULL, NULL)`);
});

/** What the server writes for an expression, by itself. */
const serverText = (expression: string) => copied(`SELECT (${expression})::text FROM people`);

const keepLast = (n: number, column: string) =>
  `CASE WHEN length(${column}::text) > ${String(n)}
        THEN regexp_replace(left(${column}::text, length(${column}::text) - ${String(n)}), '.', '*', 'g') || right(${column}::text, ${String(n)})
        ELSE regexp_replace(${column}::text, '.', '*', 'g') END`;

describe('each mask is the expression that the guide tells', () => {
  test.each<[string, Mask, string]>([
    ['name', { kind: 'null' }, 'NULL::text'],
    ['mail', { kind: 'null' }, 'NULL::text'],
    ['salary', { kind: 'null' }, 'NULL::text'],
    ['tags', { kind: 'null' }, 'NULL::text'],
    ['name', { kind: 'constant', text: "it's \\ a 'secret'" }, `E'it\\'s \\\\ a \\'secret\\''`],
    ['mail', { kind: 'constant', text: 'x@y' }, `'x@y'`],
    ['salary', { kind: 'constant', text: '1' }, `'1.00'`],
    ['mood', { kind: 'constant', text: 'sad' }, `'sad'`],
    ['doc', { kind: 'constant', text: '{"b": [1]}' }, `'{"b": [1]}'::jsonb`],
    ['born', { kind: 'constant', text: '2000-01-01' }, `'2000-01-01'`],
    ['name', { kind: 'sha256' }, `encode(sha256(convert_to('${SALT}' || name::text, 'UTF8')), 'hex')`],
    ['salary', { kind: 'sha256' }, `encode(sha256(convert_to('${SALT}' || salary::text, 'UTF8')), 'hex')`],
    ['doc', { kind: 'sha256' }, `encode(sha256(convert_to('${SALT}' || doc::text, 'UTF8')), 'hex')`],
    ['name', { kind: 'keepLast', count: 4 }, keepLast(4, 'name')],
    ['card', { kind: 'keepLast', count: 4 }, keepLast(4, 'card')],
    ['id', { kind: 'keepLast', count: 1 }, keepLast(1, 'id')],
    ['born', { kind: 'truncateDate', to: 'day' }, 'born'],
    ['seen', { kind: 'truncateDate', to: 'year' }, `date_trunc('year', seen)`],
    ['seen', { kind: 'truncateDate', to: 'month' }, `date_trunc('month', seen)`],
    ['seen', { kind: 'truncateDate', to: 'day' }, `date_trunc('day', seen)`],
    ['changed', { kind: 'truncateDate', to: 'year' }, `date_trunc('year', changed, 'UTC')::timestamptz(3)`],
    ['changed', { kind: 'truncateDate', to: 'day' }, `date_trunc('day', changed, 'UTC')::timestamptz(3)`],
  ])('%s with %j', async (column, mask, expression) => {
    await using salted = await TestEngine.start({ maskSalt: SALT });
    await salted.useDatabase(db);
    const ended = await salted.extract({ ...one(column, mask), destination: { folder } });
    const { objects } = success(ended);
    expect(await readFile(`${folder}/${objects[0]!.key}`, 'utf8')).toBe(await serverText(expression));
  });

  test.each(['year', 'month'] as const)(
    'a date by %s, from 44 BC to the last one and infinity',
    async (to) => {
      // The oracle goes another way: by the text of the date.
      const first = to === 'year' ? `'-01-01'` : `substr(born::text, strpos(born::text, '-'), 3) || '-01'`;
      const expression = `CASE WHEN isfinite(born) THEN (split_part(born::text, '-', 1) || ${first} || CASE WHEN born::text LIKE '%BC' THEN ' BC' ELSE '' END)::date ELSE born END`;
      expect(await text(one('born', { kind: 'truncateDate', to }))).toBe(await serverText(expression));
    },
  );
});

test('the type stays: a manifest and Parquet see the masked types', async () => {
  const spec = masked([
    { column: 'salary', mask: { kind: 'null' } },
    { column: 'cost', mask: { kind: 'constant', text: '9' } },
    { column: 'born', mask: { kind: 'truncateDate', to: 'year' } },
    { column: 'changed', mask: { kind: 'truncateDate', to: 'day' } },
    { column: 'mail', mask: { kind: 'sha256' } },
  ]);
  const { manifest } = await extract(spec);
  const types = Object.fromEntries(manifest!.columns.map(({ name, type }) => [name, type]));
  expect(types).toMatchObject({ salary: 'numeric(12,2)', cost: 'numeric(12,2)', born: 'date', mail: 'text' });
  expect(types['changed']).toMatch(/^timestamp.* with time zone$/);
  expect(manifest!.columns.map(({ name }) => name)).toEqual(
    'id,name,mail,card,salary,cost,born,seen,changed,mood,doc,tags'.split(','),
  );
});

test('clear values, the salt and constants are not on the wire, in the manifest, in the log or in pg_stat_activity', async () => {
  const chunks: Buffer[] = [];
  await using proxy = await TcpProxy.start({
    port: db.port,
    heard: (bytes) => chunks.push(Buffer.from(bytes)),
  });
  await using salted = await TestEngine.start({ maskSalt: SALT });
  await salted.useProfile('Wire', { ...settingsOf(db), port: proxy.port }, db.password);
  const spec = masked(
    [
      { column: 'name', mask: { kind: 'keepLast', count: 2 } },
      { column: 'mail', mask: { kind: 'sha256' } },
      { column: 'card', mask: { kind: 'constant', text: 'hidden constant' } },
      { column: 'salary', mask: { kind: 'null' } },
    ],
    // The filter sees clear values, inside of the database; it waits there until somebody has looked.
    { where: `mail LIKE 'ada@%' AND pg_advisory_xact_lock_shared(4711) IS NOT NULL` },
  );
  const holder = await db.connect();
  await holder.query('SELECT pg_advisory_lock(4711)');
  const runId = await salted.start({ ...spec, source: { profile: 'Wire' }, destination: { folder } });
  const looks = async () =>
    await db.query<{ query: string }>(
      `SELECT query FROM pg_stat_activity WHERE application_name = 'sluice' AND query LIKE 'COPY%people%'`,
    );
  await expect.poll(async () => (await looks()).rows).not.toEqual([]);
  const seen = await looks();
  await holder.end();
  const ended = await salted.ended(runId);
  expect(success(ended).rows).toBe(1);
  expect(seen.rows).not.toEqual([]);
  const wire = Buffer.concat(chunks).toString('latin1');
  expect(wire).toContain(createHash('sha256').update(`${SALT}ada@clear.example`).digest('hex'));
  const places = {
    wire,
    activity: JSON.stringify(seen.rows),
    manifest: JSON.stringify(ended.manifest),
    log: JSON.stringify([ended.log, salted.logged, salted.events.filter(({ type }) => type === 'log')]),
  };
  for (const [place, content] of Object.entries(places)) {
    for (const secret of ['Ada', 'Lovela', '4111', '1234.5', SALT]) {
      expect([place, secret, content.includes(secret)]).toEqual([place, secret, false]);
    }
  }
  expect(wire).not.toContain('clear.example');
  expect(places.manifest).not.toContain('hidden constant');
  expect(places.activity).not.toContain('hidden constant');
  expect(ended.manifest!.spec.selection).toMatchObject({
    masks: [
      { mask: { kind: 'keepLast', count: 2 } },
      { mask: { kind: 'sha256' } },
      { mask: { kind: 'constant' } },
      {},
    ],
  });
});

test('several workers mask alike', async () => {
  await db.query(
    `CREATE TABLE many_people AS SELECT i AS id, 'secret ' || i AS name FROM generate_series(1, 60000) i`,
  );
  const spec = {
    selection: {
      table: { name: 'many_people' },
      masks: [{ column: 'name', mask: { kind: 'sha256' as const } }],
    },
  };
  const [single, divided] = [await text({ ...spec, parallel: 1 }), await text({ ...spec, parallel: 3 })];
  expect(divided.split('\n').toSorted()).toEqual(single.split('\n').toSorted());
  expect(single).not.toContain('secret');
});

describe('the salt', () => {
  test('is made at the first use and kept, and hashes agree from run to run', async () => {
    const spec = one('mail', { kind: 'sha256' });
    const first = await text(spec);
    expect(first).toMatch(/^(?:[0-9a-f]{64}\n){4}$/);
    expect(await text(spec)).toBe(first);
  });

  test('that was given is used instead', async () => {
    await using salted = await TestEngine.start({ maskSalt: 'another' });
    await salted.useDatabase(db);
    const { objects } = success(
      await salted.extract({ ...one('mail', { kind: 'sha256' }), destination: { folder } }),
    );
    const bytes = await readFile(`${folder}/${objects[0]!.key}`, 'utf8');
    expect(bytes.split('\n')[0]).toBe(createHash('sha256').update('anotherada@clear.example').digest('hex'));
  });
});

describe('what does not go is said before the run reads a row', () => {
  test.each<[string, object, string, RegExp]>([
    [
      'a date of a text',
      one('name', { kind: 'truncateDate', to: 'year' }),
      'CONFIG_INVALID_INPUT',
      /"name".*text/,
    ],
    [
      'the last characters of a document',
      one('doc', { kind: 'keepLast', count: 4 }),
      'CONFIG_INVALID_INPUT',
      /"doc".*jsonb/,
    ],
    [
      'a constant of another type',
      one('salary', { kind: 'constant', text: 'much' }),
      'CONFIG_INVALID_INPUT',
      /"salary"/,
    ],
    [
      'a constant that the domain refuses',
      one('mail', { kind: 'constant', text: 'nobody' }),
      'CONFIG_INVALID_INPUT',
      /"mail"/,
    ],
    [
      'a column that is not there',
      masked([{ column: 'nome', mask: { kind: 'null' } }]),
      'SOURCE_NO_COLUMN',
      /"nome"/,
    ],
    [
      'a column that was dropped',
      masked([{ column: 'gone', mask: { kind: 'null' } }]),
      'SOURCE_NO_COLUMN',
      /"gone"/,
    ],
    [
      'a column that is not selected',
      masked([{ column: 'name', mask: { kind: 'null' } }], { columns: ['id'] }),
      'CONFIG_INVALID_INPUT',
      /"name"/,
    ],
  ])('%s', async (_, spec, code, message) => {
    const ended = await extract(spec as Parameters<typeof extract>[0]);
    const error = failure(ended);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(JSON.stringify(ended.log) + JSON.stringify(error)).not.toMatch(/much|nobody/);
    expect(ended.run.state).not.toMatchObject({ rows: 1 });
  });

  test('a constant without its text, as a manifest shows it', async () => {
    await expect(extract(one('name', { kind: 'constant' }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID_INPUT',
      message: expect.stringContaining('"name"') as string,
    });
  });

  test('a column that is masked twice, and a mask of a query', async () => {
    const twice = { kind: 'null' as const };
    await expect(
      engine.start({
        ...masked([
          { column: 'id', mask: twice },
          { column: 'id', mask: twice },
        ]),
        destination: { folder },
      }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID_INPUT' });
    await expect(
      engine.start({ selection: { query: 'SELECT 1', masks: [] }, destination: { folder } }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID_INPUT' });
  });
});
