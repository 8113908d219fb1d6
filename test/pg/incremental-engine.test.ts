/** Incremental jobs from end to end: a real server, an engine, a destination. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { watermarkStateSchema, type WatermarkState } from '../../electron/contract/watermark-state.ts';
import { failure, SOURCE, success, TestEngine, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres({
  settings: { max_prepared_transactions: '5', wal_writer_delay: '10ms' },
});
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(async () => {
  folder = path.join(engine.dataFolder, `out-${Math.random()}`);
  await db.query(
    `DROP TABLE IF EXISTS "Orders" CASCADE;
     CREATE TABLE "Orders" (id int PRIMARY KEY, v text, "LastUpdated" timestamptz DEFAULT now());
     CREATE INDEX ON "Orders" ("LastUpdated");
     INSERT INTO "Orders" SELECT i, 'first' FROM generate_series(1, 5) i`,
  );
});

type Change = Omit<Partial<ExtractSpecInput>, 'watermark'> & { readonly watermark?: object };

function job({ watermark, ...change }: Change = {}) {
  return {
    mode: 'incremental' as const,
    selection: { table: { schema: 'public', name: 'Orders' }, columns: ['id', 'v'] },
    destination: { folder },
    watermark: { column: 'LastUpdated', ...watermark },
    ...change,
  } as Omit<ExtractSpecInput, 'source'>;
}

async function run(change?: Change): Promise<EndedRun> {
  return await engine.extract(job(change));
}

/** The lines of all objects of a run. */
async function rowsOf(ended: EndedRun): Promise<string[]> {
  const texts = await Promise.all(
    success(ended).objects.map(({ key }) => readFile(path.join(folder, key), 'utf8')),
  );
  return texts.join('').split('\n').filter(Boolean).toSorted();
}

async function state(name = 'public.Orders'): Promise<WatermarkState> {
  const text = await readFile(path.join(folder, '_sluice', name, 'state.json'), 'utf8');
  return watermarkStateSchema.parse(JSON.parse(text));
}

test('first all rows, then what is new, then nothing', async () => {
  const first = await run();
  expect(await rowsOf(first)).toHaveLength(5);
  expect(first.manifest?.incremental).toMatchObject({
    job: 'public.Orders',
    pass: 'full',
    promise: 'exactly-once',
    from: null,
    after: null,
    nulls: 0,
  });
  await db.query(
    `INSERT INTO "Orders" VALUES (6, 'new'); UPDATE "Orders" SET v = 'changed', "LastUpdated" = now() WHERE id = 2`,
  );
  const second = await run();
  expect(await rowsOf(second)).toEqual(['2,changed', '6,new']);
  expect(second.manifest?.incremental).toMatchObject({ pass: 'incremental', after: first.run.id });
  const third = await run();
  expect(success(third)).toMatchObject({ rows: 0, bytes: 0, objects: [] });
  expect(third.manifest).toMatchObject({ rows: 0, objects: [], incremental: { promise: 'exactly-once' } });
  expect(await state()).toMatchObject({ claim: null, position: { runId: third.run.id } });
  expect((await state()).trace.map((entry) => entry.kind)).toEqual(['run', 'run', 'run']);
});

test('a row that commits late is taken once, by the run after its commit', async () => {
  const late = await db.connect();
  await late.query(`BEGIN; INSERT INTO "Orders" VALUES (7, 'late')`);
  await run();
  await db.query(`INSERT INTO "Orders" VALUES (8, 'quick')`);
  expect(await rowsOf(await run())).toEqual(['8,quick']);
  await late.query('COMMIT');
  expect(await rowsOf(await run())).toEqual(['7,late']);
  expect(await rowsOf(await run())).toEqual([]);
});

test.each(['jsonl', 'parquet'] as const)('as %s, and with several connections', async (kind) => {
  const ended = await run({ format: { kind }, parallel: 4 });
  expect(success(ended).rows).toBe(5);
  expect(success(await run({ format: { kind } })).objects).toEqual([]);
});

describe('rows without a watermark', () => {
  beforeEach(async () => {
    await db.query(`INSERT INTO "Orders" VALUES (9, 'none', NULL)`);
  });

  test('are taken where they are new, and counted', async () => {
    const first = await run();
    expect(success(first).rows).toBe(6);
    expect(first.manifest?.incremental?.nulls).toBe(1);
    await db.query(`INSERT INTO "Orders" VALUES (10, 'none', NULL)`);
    expect(await rowsOf(await run())).toEqual(['10,none']);
  });

  test('are left where that was asked for, and counted', async () => {
    const first = await run({ watermark: { nulls: 'skip' } });
    expect(success(first).rows).toBe(5);
    expect(first.manifest?.incremental?.nulls).toBe(1);
  });
});

describe('plain modes', () => {
  const later = `INSERT INTO "Orders" VALUES (20, 'new', now() + interval '1 second')`;

  test('greater takes what is above', async () => {
    const watermark = { mode: 'greater' };
    await run({ watermark });
    await db.query(later);
    const second = await run({ watermark });
    expect(await rowsOf(second)).toEqual(['20,new']);
    expect(second.manifest?.incremental?.promise).toBe('may-skip');
  });

  test('lookback takes its window again', async () => {
    const watermark = { mode: 'lookback', lookback: '10 minutes' };
    await run({ watermark });
    await db.query(later);
    expect(await rowsOf(await run({ watermark }))).toHaveLength(6);
  });

  test('cap stops short of the oldest running transaction', async () => {
    const watermark = { mode: 'cap', margin: '0 s' };
    await db.query(`UPDATE "Orders" SET "LastUpdated" = now() - interval '1 minute'`);
    const open = await db.connect();
    await open.query('BEGIN; SELECT 1');
    await db.query(`INSERT INTO "Orders" VALUES (21, 'waits')`);
    expect(await rowsOf(await run({ watermark }))).toHaveLength(5);
    await open.query('COMMIT');
    await db.query(`UPDATE "Orders" SET "LastUpdated" = "LastUpdated" - interval '10 seconds' WHERE id = 21`);
    expect(await rowsOf(await run({ watermark }))).toEqual(['21,waits']);
  });
});

test('one connection reads what is new, and the reason is not the key', async () => {
  await run();
  await db.query(`INSERT INTO "Orders" VALUES (6, 'new')`);
  const said = (ended: EndedRun) => ended.log.map(({ message }) => message).join('\n');
  const asked = await run({ parallel: 4 });
  expect(said(asked)).toContain('One worker reads: what is new lies together, where the index finds it.');
  expect(said(asked)).not.toContain('{part}, so');
  await db.query(`INSERT INTO "Orders" VALUES (7, 'newer')`);
  const plain = await run();
  expect(said(plain)).not.toContain('One worker reads');
  expect(await rowsOf(plain)).toEqual(['7,newer']);
});

test('a backfill reads a range, and leaves the position', async () => {
  await run();
  const before = await state();
  await db.query(`INSERT INTO "Orders" VALUES (30, 'old', '2020-05-05')`);
  const ended = await run({ watermark: { range: { from: '2020-01-01', to: '2021-01-01' } } });
  expect(await rowsOf(ended)).toEqual(['30,old']);
  const after = await state();
  expect(after.position).toEqual(before.position);
  expect(after.trace.at(-1)).toMatchObject({ kind: 'run', pass: 'backfill', from: '2020-01-01' });
});

describe('two runs of one job', () => {
  test('exactly one wins, and the other says who holds it', async () => {
    await db.query(`INSERT INTO "Orders" SELECT i, repeat('x', 200) FROM generate_series(100, 60000) i`);
    const ends = await Promise.all([run(), run(), run()]);
    const won = ends.filter(({ state: { tag } }) => tag === 'succeeded');
    expect(won.length).toBeGreaterThanOrEqual(1);
    const lost = ends.filter((end) => end.state.tag === 'failed').map(failure);
    for (const error of lost) {
      expect(error.code).toBe('DEST_JOB_HELD');
      expect(error.message).toContain(`process ${process.pid}`);
    }
    const rows = won.reduce((sum, end) => sum + success(end).rows, 0);
    expect(rows).toBe(59_906);
  });

  test('a run that fails gives the job back', async () => {
    const broken = await run({
      selection: { table: { schema: 'public', name: 'Orders' }, columns: ['id'], where: '1/0 = 1' },
    });
    expect(failure(broken).code).toBe('SOURCE_QUERY_FAILED');
    expect((await state()).claim).toBeNull();
    expect(success(await run()).rows).toBe(5);
  });
});

test('a job keeps to its column and its relation', async () => {
  await run({ name: 'mine' });
  expect(failure(await run({ name: 'mine', watermark: { column: 'id' } })).message).toMatch(/another name/);
  await rm(path.join(folder, '_sluice', 'mine'), { recursive: true });
  expect(success(await run({ name: 'mine', watermark: { column: 'id' } })).rows).toBe(5);
});

describe('the state, as the user sees and changes it', () => {
  const about = () => ({ spec: { source: { profile: SOURCE }, ...job() } });

  test('a look says what the next run takes and who still writes, and takes nothing', async () => {
    expect(await engine.call('watermark.look', about())).toMatchObject({ pass: 'full', rows: 5, from: null });
    await run();
    const busy = await db.connect({ application_name: 'nightly import' });
    await busy.query(`BEGIN; INSERT INTO "Orders" VALUES (40, 'late')`);
    await db.query(`INSERT INTO "Orders" VALUES (41, 'new')`);
    const look = await engine.call('watermark.look', about());
    expect(look).toMatchObject({
      pass: 'incremental',
      rows: 1,
      nulls: 0,
      indexed: true,
      promise: 'exactly-once',
    });
    expect(look.sessions).toMatchObject([{ application: 'nightly import', writes: true }]);
    await busy.query('COMMIT');
    expect(await rowsOf(await run())).toEqual(['40,late', '41,new']);
  });

  test('without an index the look warns, and has the cost of the plan', async () => {
    await run();
    await db.query('DROP INDEX "Orders_LastUpdated_idx"');
    const look = await engine.call('watermark.look', about());
    expect(look.indexed).toBe(false);
    expect(look.cost).toBeGreaterThan(0);
    expect(look.rows).toBe(0);
    expect(look.warnings.join()).toMatch(/No index/);
    // Nobody who only opens a dialog has the table read.
    const cheap = await engine.call('watermark.look', { ...about(), count: 'cheap' });
    expect(cheap).toMatchObject({ rows: null, cost: look.cost });
    expect(cheap.estimatedRows).toEqual(expect.any(Number));
  });

  test('a rewind goes back to a run, a reset to the begin; both leave a trace', async () => {
    const first = await run();
    await db.query(`INSERT INTO "Orders" VALUES (50, 'again')`);
    expect(await rowsOf(await run())).toEqual(['50,again']);
    await engine.call('watermark.rewind', { ...about(), runId: first.run.id });
    expect(await rowsOf(await run())).toEqual(['50,again']);
    const { state: after } = await engine.call('watermark.reset', about());
    expect(after?.position).toBeNull();
    expect(success(await run()).rows).toBe(6);
    const { state: last } = await engine.call('watermark.get', about());
    expect(last?.trace.map((entry) => entry.kind)).toEqual(['run', 'run', 'rewind', 'run', 'reset', 'run']);
  });

  test('a job that has never run has no state, and nothing to go back to', async () => {
    expect((await engine.call('watermark.get', about())).state).toBeNull();
    await expect(engine.call('watermark.reset', about())).rejects.toMatchObject({ code: 'DEST_NO_JOB' });
    await expect(
      engine.call('watermark.rewind', { ...about(), runId: '20260101T000000Z-00000000' }),
    ).rejects.toMatchObject({ code: 'STORE_RUN_NOT_FOUND' });
  });
});
