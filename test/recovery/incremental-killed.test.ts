/** Incremental runs that are killed at each point where it matters: the next run loses nothing and repeats nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { manifestSchema } from '../../electron/contract/manifest.ts';
import { watermarkStateSchema } from '../../electron/contract/watermark-state.ts';
import { EngineProcess } from '../harness/engine/engine-process.ts';
import { LAKE, SOURCE, success, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import type { FaultRule } from '../harness/s3/faults.ts';
import type { Operation } from '../harness/s3/request.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
/** Rows of a kilobyte: enough of them for two objects. */
const NEW_ROWS = 9_000;
const postgres = sharedPostgres({ settings: { wal_writer_delay: '10ms' } });
let db: TemporaryDatabase;
let s3: S3Server;
let mine: TemporaryFolder;
let other: TemporaryFolder;

beforeAll(async () => {
  db = await postgres().createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.query(
    `DROP TABLE IF EXISTS rows;
     CREATE TABLE rows (id int, filler text, changed timestamptz DEFAULT now());
     INSERT INTO rows SELECT i, repeat('x', 990) FROM generate_series(1, 10) i`,
  );
  s3 = await startS3({ buckets: [BUCKET] });
  mine = await makeTemporaryFolder('incremental');
  other = await makeTemporaryFolder('incremental');
  for (const folder of [mine, other]) {
    await using engine = await TestEngine.start({ folder });
    await engine.useDatabase(db);
    await engine.useS3(s3, BUCKET);
  }
});
afterEach(async () => {
  await s3.stop();
  await mine.remove();
  await other.remove();
});

const job: ExtractSpecInput = {
  source: { profile: SOURCE },
  selection: { table: { name: 'rows' }, columns: ['id', 'filler'] },
  destination: { profile: LAKE },
  mode: 'incremental',
  name: 'rows',
  watermark: { column: 'changed' },
  objectSize: 5 * 1024 ** 2,
};

async function run(folder: TemporaryFolder) {
  await using engine = await TestEngine.start({ folder });
  return await engine.extract(job);
}

const keys = () => s3.objects(BUCKET).map(({ key }) => key);

/** The ids in all objects that a manifest names. */
function extracted(): number[] {
  return keys()
    .filter((key) => key.endsWith('manifest.json'))
    .map((key) => manifestSchema.parse(JSON.parse(s3.object(BUCKET, key).toString())))
    .flatMap(({ objects }) => objects.flatMap(({ key }) => s3.object(BUCKET, key).toString().split('\n')))
    .filter(Boolean)
    .map((line) => Number(line.slice(0, line.indexOf(','))));
}

async function expectExactlyTheTable(): Promise<void> {
  const { rows } = await db.query<{ id: number }>('SELECT id FROM rows ORDER BY id');
  expect(extracted().toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
}

const STATE = '*rows/state.json';
const hang = { kind: 'hang' } as const;

/** Where the second run is killed: at this request, which gets no answer. A run replaces its state three times. */
const POINTS: Readonly<Record<string, FaultRule & { readonly op: Operation }>> = {
  'while it takes the job': { op: 'PutObject', key: STATE, action: hang },
  'before the first upload': { op: 'CreateMultipartUpload', key: '*part-00001*', action: hang },
  'between two objects': { op: 'PutObject', key: '*part-00002*', action: hang },
  'before it says that it will publish': { op: 'PutObject', key: STATE, after: 1, action: hang },
  'before the manifest': { op: 'PutObject', key: '*manifest.json', action: hang },
  'between manifest and state': { op: 'PutObject', key: STATE, after: 2, action: hang },
  'after the state, which it never hears of': {
    op: 'PutObject',
    key: STATE,
    after: 2,
    action: { kind: 'resetAfterCommit' },
  },
};

describe.each(['the same computer', 'another one, and then the first again'])('and then %s', (who) => {
  test.each(Object.entries(POINTS))('killed %s', async (_, point) => {
    success(await run(mine));
    await db.query(
      `INSERT INTO rows SELECT i, repeat('y', 990) FROM generate_series(100, ${99 + NEW_ROWS}) i`,
    );
    s3.requests.clear();
    s3.faults.add({ ...point, times: 'always' });
    {
      await using child = new EngineProcess(`${mine.path}/data`, job);
      await child.runId();
      const { op, key = '*', after = 0 } = point;
      await s3.seen(op, { key, nth: after + 1 });
      await child.kill();
    }
    s3.faults.clear();
    await db.query(`INSERT INTO rows VALUES (99999, 'later')`);
    if (who === 'the same computer') success(await run(mine));
    else {
      success(await run(other));
      // The history of the first one finds out what became of its run, and takes nothing away that counts.
      await (await TestEngine.start({ folder: mine }))[Symbol.asyncDispose]();
    }
    await expectExactlyTheTable();
    success(await run(mine));
    await expectExactlyTheTable();
    const state = watermarkStateSchema.parse(
      JSON.parse(s3.object(BUCKET, '_sluice/rows/state.json').toString()),
    );
    expect(state.claim).toBeNull();
    expect(s3.openUploads(BUCKET)).toEqual([]);
    const named = keys().filter((key) => key.includes('part-')).length;
    expect(named).toBe(new Set(manifests().flatMap(({ objects }) => objects.map(({ key }) => key))).size);
  });
});

function manifests() {
  return keys()
    .filter((key) => key.endsWith('manifest.json'))
    .map((key) => manifestSchema.parse(JSON.parse(s3.object(BUCKET, key).toString())));
}
