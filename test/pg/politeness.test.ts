/** A run asks no more of the server than it was told to, and can be stopped and go on without losing its snapshot. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunProgress } from '../../electron/contract/run.ts';
import { comesBack } from '../harness/comes-back.ts';
import { TestEngine, failure, success } from '../harness/engine/test-engine.ts';
import { db, engine, extract, folder, text } from './extract-world.ts';

/** A gibibyte of rows of 64 KiB, made while they are read. */
const PLENTY = `SELECT i, repeat('x', 65000) FROM generate_series(1, 16000) i`;

beforeAll(async () => {
  await db.query(
    'CREATE TABLE counted AS SELECT i, repeat(md5(i::text), 30) AS t FROM generate_series(1, 4000) i',
  );
});
beforeEach(() => {
  engine.events.length = 0;
});

interface SessionRow {
  readonly wait_event: string | null;
  readonly xmin: string | null;
}

async function sluiceSessions(): Promise<readonly SessionRow[]> {
  const { rows } = await db.query(
    `SELECT wait_event, backend_xmin::text AS xmin FROM pg_stat_activity
      WHERE application_name = 'sluice' AND datname = current_database()`,
  );
  return rows as SessionRow[];
}

function pictures(runId: string): RunProgress[] {
  return engine.events.flatMap((event) =>
    event.type === 'progress' && event.runId === runId ? [event.progress] : [],
  );
}

/** The next pictures of the progress, from now on. */
async function next(runId: string, count: number): Promise<RunProgress[]> {
  const before = pictures(runId).length;
  await engine.heard(() => pictures(runId).length >= before + count);
  return pictures(runId).slice(before);
}

describe('bandwidth', () => {
  test('is not exceeded by more than a tenth', async () => {
    const bandwidth = 2_000_000;
    const ended = await extract({ selection: { table: { name: 'counted' } }, politeness: { bandwidth } });
    success(ended);
    const { bytesRead, elapsedMs } = ended.run.progress!;
    expect(bytesRead).toBeGreaterThan(3_500_000);
    const rate = (bytesRead / elapsedMs) * 1_000;
    expect(rate).toBeLessThanOrEqual(bandwidth * 1.1);
    // A busy machine is slower; that the cap is reached is held in extract-read-gate.test.ts.
  });
});

describe('a pause', () => {
  test('stops reading, keeps the snapshot, and the run goes on to the same end', async () => {
    const expected = await extract({ selection: { query: PLENTY.replace('16000', '4000') } });
    const runId = await engine.start({
      selection: { query: PLENTY.replace('16000', '4000') },
      destination: { folder },
      politeness: { bandwidth: 100_000_000 },
    });
    await engine.phase(runId, 'transfer');
    const { state } = await engine.call('runs.pause', { runId });
    expect(state).toEqual({ tag: 'running', phase: 'transfer', paused: true });

    // What is in the buffers may still be counted; then nothing moves, and Postgres waits for us to read.
    await expect.poll(async () => (await sluiceSessions())[0]?.wait_event).toBe('ClientWrite');
    const still = await next(runId, 3);
    expect(new Set(still.map(({ bytesRead }) => bytesRead)).size).toBe(1);
    const [session] = await sluiceSessions();
    expect(session?.xmin).not.toBeNull();

    // Twice is fine.
    await engine.call('runs.pause', { runId });
    const going = await engine.call('runs.continue', { runId });
    expect(going.state).toEqual({ tag: 'running', phase: 'transfer' });
    const ended = await engine.ended(runId);
    expect(success(ended).objects[0]).toMatchObject({
      rows: 4_000,
      crc32: success(expected).objects[0]!.crc32,
    });
    expect(ended.log.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['Paused: nothing is read, and the snapshot is kept.', 'Going on.']),
    );
    const after = await engine.call('runs.pause', { runId });
    expect(after.state.tag).toBe('succeeded');
  });

  test('can be cancelled', async () => {
    const runId = await engine.start({ selection: { query: PLENTY }, destination: { folder } });
    await engine.phase(runId, 'transfer');
    await engine.call('runs.pause', { runId });
    const { state } = await comesBack(() => engine.call('runs.cancel', { runId }));
    expect(state.tag).toBe('cancelled');
    await expect.poll(async () => (await sluiceSessions()).length).toBe(0);
  });
});

describe('timeouts', () => {
  test('statement_timeout ends a query that takes longer, and the error says how to allow more', async () => {
    const ended = await extract({
      selection: { query: 'SELECT pg_sleep(30)' },
      politeness: { statementTimeoutMs: 200 },
    });
    expect(failure(ended)).toMatchObject({
      code: 'SOURCE_QUERY_CANCELLED',
      hint: expect.stringContaining('--statement-timeout') as string,
    });
  });

  test('lock_timeout ends the wait behind a migration', async () => {
    const migration = await db.connect();
    await migration.query('BEGIN; LOCK TABLE counted IN ACCESS EXCLUSIVE MODE');
    try {
      const ended = await extract({
        selection: { table: { name: 'counted' } },
        politeness: { lockTimeoutMs: 100 },
      });
      expect(failure(ended).code).toBe('SOURCE_LOCK_TIMEOUT');
    } finally {
      await migration.end();
    }
  });

  test.each([
    [{}, '0', '10s', '2'],
    [{ statementTimeoutMs: 90_000, lockTimeoutMs: 1_500 }, '90s', '1500ms', '2'],
    [{ statementTimeoutMs: 0, lockTimeoutMs: 0, lowPriority: true }, '0', '0', '0'],
  ])('%j is what the sessions have', async (politeness, statement, lock, workers) => {
    const query = `SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                          current_setting('max_parallel_workers_per_gather')`;
    expect(await text({ selection: { query }, politeness })).toBe(`${statement},${lock},${workers}\n`);
  });
});

describe('a snapshot that is held for long', () => {
  let jumpMs = 0;
  let patient: TestEngine;
  beforeAll(async () => {
    patient = await TestEngine.start({
      clock: { now: () => new Date(), monotonicMs: () => performance.now() + jumpMs },
    });
    await patient.useDatabase(db);
  });
  afterAll(() => patient[Symbol.asyncDispose]());

  test('is warned of in the log, once, and again when it is twice as old; the progress says its age', async () => {
    const runId = await patient.start({ selection: { query: PLENTY }, destination: { folder } });
    await patient.phase(runId, 'transfer');
    await patient.call('runs.pause', { runId });
    const warning = (words: string) =>
      patient.heard((event) => event.type === 'log' && event.line.message.includes(words));
    jumpMs = 31 * 60_000;
    await warning('held for 31 minutes');
    jumpMs = 61 * 60_000;
    await warning('held for 61 minutes');
    await patient.call('runs.cancel', { runId });
    const { log, run } = await patient.look(runId);
    expect(log.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(run.progress!.snapshotHeldMs).toBeGreaterThanOrEqual(61 * 60_000);
  });
});
