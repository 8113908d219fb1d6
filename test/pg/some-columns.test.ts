/** E12: a role that may read some columns of a table is told which, by every verb, and gets these. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { TestEngine, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;
const ROLE = 'some_columns';
const profile = 'some';
const NAMES = ['partly', 'partly_view', 'partly_root', 'partly_made'] as const;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start({ maskSalt: 'salt' });
  await db.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret';
    CREATE TABLE partly (a int, b text, seen timestamptz NOT NULL, d text, e timestamptz NOT NULL);
    INSERT INTO partly SELECT i, 'b' || i, timestamptz '2020-01-01+00' + i * interval '1 day', 'd', now() FROM generate_series(1, 3) i;
    CREATE VIEW partly_view AS SELECT * FROM partly;
    CREATE MATERIALIZED VIEW partly_made AS SELECT * FROM partly;
    CREATE TABLE partly_root (LIKE partly) PARTITION BY LIST (a);
    CREATE TABLE partly_leaf PARTITION OF partly_root DEFAULT;
    INSERT INTO partly_root SELECT * FROM partly;
    GRANT SELECT (b, seen) ON ${NAMES.join(', ')} TO ${ROLE}`);
  connectionId = await engine.useProfile(profile, { ...settingsOf(db), user: ROLE }, 'secret');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  await db.drop();
});

type More = Partial<ExtractSpecInput>;
const specOf = (name: string, columns?: string[], more: More = {}): ExtractSpecInput => ({
  source: { profile },
  selection: { table: { schema: 'public', name }, columns },
  destination: { folder: path.join(engine.dataFolder, 'out') },
  ...more,
});

/** What is said where more is asked for than may be read. */
const refusal = (name: string, denied = 'a, d, e') => ({
  code: 'SOURCE_COLUMNS_DENIED',
  message: `You may read these columns of public.${name}: b, seen; and not: ${denied}.`,
});

describe.each(NAMES)('E12: of "%s", a role with SELECT on two columns', (name) => {
  test('sees in the list of columns which it may read', async () => {
    const { columns } = await engine.call('relations.describe', {
      connectionId,
      relation: { schema: 'public', name },
    });
    expect(columns.map((column) => [column.name, column.readable])).toEqual([
      ['a', false],
      ['b', true],
      ['seen', true],
      ['d', false],
      ['e', false],
    ]);
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('has a plan of these, with counts, as %s', async (kind) => {
    const more = { format: { kind } };
    for (const count of [false, true]) {
      const plan = (columns?: string[]) =>
        engine.call('extract.plan', { spec: specOf(name, columns, more), count });
      const report = await plan(['b', 'seen']);
      expect(report.columns.map((column) => column.name)).toEqual(['b', 'seen']);
      expect(report.counted).toBe(count);
      await expect(plan()).rejects.toMatchObject(refusal(name));
      await expect(plan(['a', 'b'])).rejects.toMatchObject(refusal(name, 'a'));
    }
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)(
    'extracts these, and is refused more, as %s',
    async (kind) => {
      const run = (columns?: string[], more: More = {}) =>
        engine.extract(specOf(name, columns, { format: { kind }, ...more }));
      expect(success(await run(['b', 'seen'])).rows).toBe(3);
      expect(success(await run(['b'], { partitionBy: { column: 'seen', by: 'day' } })).objects).toHaveLength(
        3,
      );
      expect(success(await run(['b', 'seen'], { parallel: 3 })).rows).toBe(3);
      const masked = {
        table: { name },
        columns: ['b'],
        masks: [{ column: 'b', mask: { kind: 'keepLast', count: 1 } as const }],
      };
      expect(success(await run(undefined, { selection: masked })).rows).toBe(3);
      expect(failure(await run())).toMatchObject(refusal(name));
      expect(failure(await run(['b', 'd']))).toMatchObject(refusal(name, 'd'));
    },
  );

  test('is told the same where a row is to be found or put by a column that it may not read', async () => {
    const by = await engine.extract(specOf(name, ['b'], { partitionBy: { column: 'e', by: 'day' } }));
    expect(failure(by)).toMatchObject(refusal(name, 'e'));
    const watermark = { column: 'e' };
    const ended = await engine.extract(specOf(name, ['b'], { mode: 'incremental', watermark }));
    expect(failure(ended)).toMatchObject(refusal(name, 'e'));
    const spec = specOf(name, ['b'], { mode: 'incremental', watermark });
    await expect(engine.call('watermark.look', { spec, count: 'cheap' })).rejects.toMatchObject(
      refusal(name, 'e'),
    );
  });

  test.each(['exact', 'lookback', 'cap'] as const)(
    'extracts what is new by one that it may read, mode %s',
    async (mode) => {
      const spec = specOf(name, ['b', 'seen'], {
        mode: 'incremental',
        watermark: { column: 'seen', mode },
        destination: { folder: path.join(engine.dataFolder, `new-${name}-${mode}`) },
      });
      const run = async () => await engine.extract(spec);
      const first = await run();
      expect(success(first).rows).toBe(3);
      expect(success(await run()).rows).toBeLessThanOrEqual(3);
      expect(failure(await engine.extract({ ...spec, selection: { table: { name } } }))).toMatchObject(
        refusal(name),
      );
    },
  );
});
