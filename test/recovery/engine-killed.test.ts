/** Processes that are killed in the middle of a run: the next start on the same data folder brings it to an end. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { manifestSchema } from '../../electron/contract/manifest.ts';
import type { Run } from '../../electron/contract/run.ts';
import { comesBack } from '../harness/comes-back.ts';
import { EngineProcess } from '../harness/engine/engine-process.ts';
import { LAKE, SOURCE, TestEngine, failure, success } from '../harness/engine/test-engine.ts';
import { playAtRandom } from '../harness/planned-fault.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
const ROWS = 30_000;
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;
let folder: TemporaryFolder;

beforeAll(async () => {
  db = await postgres().createDatabase();
  await db.query(
    `CREATE TABLE large AS SELECT i, repeat('x', 990) AS filler FROM generate_series(1, ${ROWS}) i`,
  );
});
afterAll(() => db.drop());
beforeEach(async () => {
  s3 = await startS3({ buckets: [BUCKET] });
  folder = await makeTemporaryFolder('recovery');
  await using engine = await TestEngine.start({ folder });
  await engine.useDatabase(db);
  await engine.useS3(s3, BUCKET);
});
afterEach(async () => {
  await s3.stop();
  await folder.remove();
});

const large: ExtractSpecInput = {
  source: { profile: SOURCE },
  selection: { table: { name: 'large' } },
  destination: { profile: LAKE },
};
const dataFolder = () => `${folder.path}/data`;

/** Starts an engine on the folder and ends it: what it finds is looked after in between. */
async function startAgain(): Promise<void> {
  const engine = await TestEngine.start({ folder });
  await engine[Symbol.asyncDispose]();
}

async function ended(runId: string) {
  await using engine = await TestEngine.start({ folder });
  return await engine.look(runId);
}

function expectNothingLeft(): void {
  expect(s3.openUploads(BUCKET)).toEqual([]);
  expect(s3.objects(BUCKET).map(({ key }) => key)).toEqual([]);
}

/** Runs the job in a process, kills it when the moment has come, and starts again; the run as the history has it. */
async function killedAt(moment: () => Promise<unknown>, spec = large) {
  await using child = new EngineProcess(dataFolder(), spec);
  const runId = await child.runId();
  await moment();
  await child.kill();
  s3.faults.clear();
  await startAgain();
  return await ended(runId);
}

async function expectInterrupted(run: Awaited<ReturnType<typeof ended>>): Promise<void> {
  expect(failure(run).code).toBe('HOST_INTERRUPTED');
  expect(run.manifest).toBeNull();
  expectNothingLeft();
  // It is over: another start finds nothing to do.
  s3.requests.clear();
  await startAgain();
  expect(s3.requests.all).toEqual([]);
}

describe('killed', () => {
  test('while an upload is open', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    const run = await killedAt(async () => {
      await s3.seen('UploadPart');
      expect(s3.openUploads(BUCKET)).toHaveLength(1);
    });
    await expectInterrupted(run);
  });

  test('when the upload has been begun and its id is just on its way', async () => {
    const run = await killedAt(() => s3.requests.ended('CreateMultipartUpload'));
    await expectInterrupted(run);
  });

  test('when the object is whole and there is no manifest yet', async () => {
    s3.faults.add({ op: 'PutObject', key: '*manifest.json', action: { kind: 'delay', ms: 60_000 } });
    const run = await killedAt(async () => {
      await s3.seen('PutObject', { key: '*manifest.json' });
      expect(s3.objects(BUCKET)).toHaveLength(1);
    });
    await expectInterrupted(run);
  });

  test('when there are several objects, and one is on its way', async () => {
    const run = await killedAt(() => s3.seen('UploadPart', { key: '*part-00003*' }), {
      ...large,
      objectSize: 9 * 1024 ** 2,
    });
    await expectInterrupted(run);
  });

  test('when the manifest is there and the history does not know yet: the run has succeeded', async () => {
    // The reply to the manifest is lost, and the look that follows gets no answer.
    const key = '*manifest.json';
    s3.faults.add({ op: 'PutObject', key, action: { kind: 'resetAfterCommit' } });
    s3.faults.add({ op: 'HeadObject', key, action: { kind: 'hang' }, times: 'always' });
    const run = await killedAt(() => s3.seen('HeadObject', { key }));
    const state = success(run);
    expect(state.rows).toBe(ROWS);
    expect(run.manifest).not.toBeNull();
    expect(run.log.at(-1)!.message).toContain('had succeeded before');
    expect(s3.openUploads(BUCKET)).toEqual([]);
    const stored = manifestSchema.parse(
      JSON.parse(s3.object(BUCKET, state.manifest.replace(`s3://${BUCKET}/`, '')).toString()),
    );
    expect(stored).toEqual(run.manifest);
    expect(s3.object(BUCKET, state.objects[0]!.key)).toHaveLength(state.bytes);
  });

  test('while it was being cancelled', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    s3.faults.add({ op: 'AbortMultipartUpload', action: { kind: 'hang' }, times: 'always' });
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await s3.seen('UploadPart');
    child.cancel();
    await s3.seen('AbortMultipartUpload');
    await child.kill();
    s3.faults.clear();
    await startAgain();
    await expectInterrupted(await ended(runId));
  });

  test('before it had connected', async () => {
    await using _locked = {
      [Symbol.asyncDispose]: async () => {
        await db.query('DROP TABLE IF EXISTS locked');
      },
    };
    await db.query('CREATE TABLE locked (a int)');
    const client = await db.connect();
    await client.query('BEGIN; LOCK TABLE locked');
    const run = await killedAt(
      () =>
        expect
          .poll(async () => {
            const { rows } = await db.query(
              `SELECT 1 FROM pg_stat_activity WHERE application_name = 'sluice' AND wait_event_type = 'Lock'`,
            );
            return rows.length;
          })
          .toBe(1),
      { ...large, selection: { table: { name: 'locked' } } },
    );
    await client.end();
    await expectInterrupted(run);
  });

  test('while it wrote to a folder: the unfinished file goes, and what was there stays', async () => {
    const out = `${folder.path}/out`;
    const spec = { ...large, destination: { folder: out }, key: 'orders.csv', overwrite: true };
    await using before = await TestEngine.start({ folder });
    const first = success(await before.extract({ ...spec, selection: { query: `SELECT 'the old one'` } }));
    await before.close();
    await db.query(`CREATE OR REPLACE VIEW endless AS
      SELECT i, repeat('x', 100000) AS filler, pg_sleep(0.001)::text AS slept FROM generate_series(1, 10000000) i`);
    const run = await killedAt(
      () => expect.poll(async () => (await before.filesIn(out)).join(' ')).toContain('.partial'),
      { ...spec, selection: { table: { name: 'endless' } } },
    );
    expect(failure(run).code).toBe('HOST_INTERRUPTED');
    const left = await before.filesIn(out);
    expect(left.filter((name) => name.includes('partial') || name.includes(run.run.id))).toEqual([]);
    expect(left).toContain('orders.csv');
    expect(first.objects[0]!.bytes).toBe('the old one\n'.length);
  });
});

describe('a destination that is not there at the next start', () => {
  test('does not keep the engine from starting, working and closing; a later start cleans up', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await s3.seen('UploadPart');
    await child.kill();
    s3.faults.clear();
    s3.faults.add({ op: '*', action: { kind: 'hang' }, times: 'always' });
    const engine = await TestEngine.start({ folder });
    success(
      await engine.extract({
        selection: { query: 'SELECT 1' },
        destination: { folder: `${folder.path}/out` },
      }),
    );
    await comesBack(() => engine.close());
    expect(s3.openUploads(BUCKET)).toHaveLength(1);
    s3.faults.clear();
    await startAgain();
    await expectInterrupted(await ended(runId));
  });

  test('because its profile was removed: the run has failed, and is not shown as active for ever', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await s3.seen('UploadPart');
    {
      await using engine = await TestEngine.start({ folder });
      const { destinations } = await engine.call('profiles.list', {});
      await engine.call('destinations.remove', { id: destinations[0]!.id });
    }
    await child.kill();
    s3.faults.clear();
    await startAgain();
    const run = await ended(runId);
    expect(failure(run).code).toBe('HOST_INTERRUPTED');
    expect(run.log.map(({ message }) => message).join('\n')).toMatch(/could not/i);
  });
});

describe('two engines on one data folder', () => {
  test('do not touch each other’s runs, and see them', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: 'always' });
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await s3.seen('UploadPart');
    await using engine = await TestEngine.start({ folder });
    const { runs } = await engine.call('runs.list', { state: 'active' });
    expect(runs.map(({ id }) => id)).toEqual([runId]);
    const own = await engine.extract({ selection: { query: 'SELECT 1' }, destination: { profile: LAKE } });
    success(own);
    await engine.close();
    s3.faults.release();
    expect((await child.ended()).tag).toBe('succeeded');
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(s3.objects(BUCKET)).toHaveLength(4);
  });

  test('hear of each other’s runs', async () => {
    await using engine = await TestEngine.start({ folder });
    // The folder of the history is watched from the first run on.
    success(await engine.extract({ selection: { query: 'SELECT 1' }, destination: { profile: LAKE } }));
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await engine.heard(
      (event) => event.type === 'run' && event.run.id === runId && event.run.state.tag === 'succeeded',
    );
  });

  test('that start at the same time after a crash both come to the same end', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    await using child = new EngineProcess(dataFolder(), large);
    const runId = await child.runId();
    await s3.seen('UploadPart');
    await child.kill();
    s3.faults.clear();
    await Promise.all([startAgain(), startAgain(), startAgain()]);
    await expectInterrupted(await ended(runId));
  });
});

/** A generator of numbers that a seed repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ROUNDS = Number(process.env['SLUICE_KILL_ROUNDS'] ?? 5);
const SEED = Number(process.env['SLUICE_KILL_SEED'] ?? Date.now() % 1_000_000);

test(
  `killed at random, ${String(ROUNDS)} times (seed ${String(SEED)}): each run has either succeeded whole or left nothing`,
  {
    timeout: 60_000 + ROUNDS * 5_000,
  },
  async () => {
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      s3.requests.clear();
      await using child = new EngineProcess(dataFolder(), {
        ...large,
        objectSize: 6 * 1024 ** 2,
        compression: next() < 0.3 ? 'gzip' : 'none',
      });
      await child.runId();
      // A run takes about 30 requests: the number of the one that is its last, by chance.
      const last = Math.floor(next() * 34);
      await Promise.race([
        expect.poll(() => s3.requests.all.length, { interval: 5 }).toBeGreaterThanOrEqual(last),
        child.ended(),
      ]);
      await playAtRandom(() => child.kill());
      await startAgain();
      await expectConsistent();
    }
  },
);

/** Every object belongs to a run that has succeeded, with the bytes and rows that its manifest says. */
async function expectConsistent(): Promise<void> {
  expect(s3.openUploads(BUCKET)).toEqual([]);
  await using engine = await TestEngine.start({ folder });
  const { runs } = await engine.call('runs.list', {});
  const accounted = new Set<string>();
  for (const run of runs) {
    expect(['succeeded', 'failed'], describeRun(run)).toContain(run.state.tag);
    if (run.state.tag !== 'succeeded') continue;
    const key = run.state.manifest.replace(`s3://${BUCKET}/`, '');
    const manifest = manifestSchema.parse(JSON.parse(s3.object(BUCKET, key).toString()));
    expect(manifest.rows).toBe(ROWS);
    expect(manifest.objects.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    for (const object of manifest.objects) {
      expect(s3.object(BUCKET, object.key)).toHaveLength(object.bytes);
      accounted.add(object.key);
    }
    accounted.add(key);
  }
  expect(s3.objects(BUCKET).map((object) => object.key)).toEqual([...accounted].sort());
}

function describeRun({ id, state }: Run): string {
  return `${id} is ${state.tag}`;
}
