/**
 * What an earlier program wrote goes on, and what a newer one wrote is refused by name. The earlier one is that of
 * `test/fixtures/stored/make.ts`. Identities of the server that it had are replaced by those of the server of this file:
 * the number of the cluster, the timeline, the database, transaction ids, the position where a capture goes on, and how its tables are published.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppError } from '../../electron/contract/app-error.ts';
import { success, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import {
  BUCKET,
  formsInBucket,
  formsInFolder,
  layOut,
  type StoredForms,
} from '../harness/stored/stored-fixture.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const postgres = sharedPostgres({ settings: { wal_level: 'logical', wal_writer_delay: '10ms' } });
let s3: S3Server;
let own: TemporaryFolder;
let engine: TestEngine;
let db: TemporaryDatabase;
let folder: string;
let cluster: string;

/** All positions of the fixture are lower. */
const BEHIND_THE_FIXTURE = '0/4000000';

beforeAll(async () => {
  s3 = await startS3({ buckets: [BUCKET] });
  own = await makeTemporaryFolder('stored');
  folder = path.join(own.path, 'lake');
  await layOut({ home: path.join(own.path, 'data'), folder, s3, port: postgres().port });
  db = await postgres().createDatabase('stored');
  for (;;) {
    const { rows } = await db.query<{ far: boolean }>(
      `SELECT pg_switch_wal(), pg_current_wal_lsn() > '${BEHIND_THE_FIXTURE}' AS far`,
    );
    if (rows[0]?.far === true) break;
    await db.query(`SELECT pg_logical_emit_message(false, 'test', 'so that there is something to switch')`);
  }
  const { rows } = await db.query<{ id: string }>(
    'SELECT system_identifier::text AS id FROM pg_control_system()',
  );
  cluster = rows[0]?.id ?? '';
  engine = await TestEngine.start({ folder: own });
  const { connections } = await engine.call('profiles.list', {});
  const [source] = connections;
  if (source === undefined) throw new Error('there is no profile');
  await engine.call('connections.save', { ...source, password: { kind: 'set', value: postgres().password } });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
  await db.drop();
  await own.remove();
});

const places = [
  ['a folder', () => ({ destination: { folder }, forms: formsInFolder(folder), where: 'folder' as const })],
  [
    'a bucket',
    () => ({ destination: { profile: 'Lake' }, forms: formsInBucket(s3), where: 'bucket' as const }),
  ],
] as const;

/** Runs of the fixture, by the kind of place that they wrote to. */
async function manifests(where: 'folder' | 'bucket'): Promise<{ key: string; rows: number }[]> {
  const { runs } = await engine.call('runs.list', { state: 'succeeded', limit: 1_000 });
  const looks = await Promise.all(runs.map(({ id }) => engine.call('runs.get', { runId: id })));
  return looks
    .filter(({ run }) => ('folder' in run.spec.destination ? 'folder' : 'bucket') === where)
    .map(({ run, manifest }) => ({
      key: `${where === 'folder' ? '' : 'lake/'}_sluice/runs/${run.id}/manifest.json`,
      rows: manifest?.rows ?? -1,
    }));
}

test('profiles, secrets, preferences, jobs, timers, watches and the history are there', async () => {
  const { connections, destinations } = await engine.call('profiles.list', {});
  expect([connections, destinations]).toMatchObject([
    [{ name: 'Source', hasPassword: true }],
    [{ name: 'Lake', hasSecretKey: true, settings: { bucket: BUCKET } }],
  ]);
  const { jobs, broken } = await engine.call('savedJobs.list', {});
  expect(broken).toEqual([]);
  expect(jobs).toMatchObject([{ name: 'orders', timer: { when: { kind: 'daily', at: '06:30' } } }]);
  expect((await engine.call('wal.watches', {})).watches).toMatchObject([{ watch: { heartbeat: true } }]);
  const { runs } = await engine.call('runs.list', {});
  const ends = Object.groupBy(runs, ({ state }) => state.tag);
  expect([ends.succeeded?.length, ends.failed?.length]).toEqual([12, 1]);
  const { captures } = await engine.call('capture.list', {});
  expect(captures.map(({ name }) => name)).toHaveLength(6);
  expect(engine.logged).toEqual([]);
});

describe.each(places)('at %s', (_, place) => {
  test('every manifest is proved, and says the same', async () => {
    const { destination, where } = place();
    const found = await manifests(where);
    expect(found.length).toBe(6);
    for (const { key, rows } of found) {
      const verified = await engine.call('manifests.verify', { destination, manifestKey: key });
      expect(verified).toMatchObject({ proved: true, rows });
    }
  });

  test('a job goes on from its state, and takes what is new alone', async () => {
    const { destination, forms, where } = place();
    const known = where === 'folder' ? 6 : 7;
    await db.query(`DROP TABLE IF EXISTS "Orders";
      CREATE TABLE "Orders" (id int PRIMARY KEY, v text, "LastUpdated" timestamptz NOT NULL);
      CREATE INDEX ON "Orders" ("LastUpdated");
      INSERT INTO "Orders" SELECT i, 'known', now() FROM generate_series(1, ${known}) i`);
    const { rows } = await db.query<{ ceiling: string }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS ceiling',
    );
    await fitState(forms, rows[0]?.ceiling ?? '');
    await db.query(`INSERT INTO "Orders" VALUES (100, 'new', now())`);
    const job = { ...incremental, destination };
    const next = await engine.extract(job);
    expect(success(next).rows).toBe(1);
    expect(next.manifest?.incremental).toMatchObject({ pass: 'incremental', promise: 'exactly-once' });
    expect(success(await engine.extract(job)).rows).toBe(0);
  });

  test.each(['jsonl', 'flat', 'parquet'] as const)(
    'a capture of %s goes on from its checkpoint',
    async (format) => {
      const { destination, forms, where } = place();
      const name = `${format}-${where}`;
      const slot = `sluice_${format}_${where}`;
      await using source = await postgres().createDatabase();
      await source.query(rowsOf(name));
      await source.query(`CREATE PUBLICATION ${slot} FOR TABLE captured, later`);
      const { rows } = await source.query<{ lsn: string }>(
        `SELECT lsn::text FROM pg_create_logical_replication_slot('${slot}', 'pgoutput')`,
      );
      await fitCapture(forms, name, { database: source.database, durableLsn: rows[0]?.lsn ?? '' });
      const connection = `Source of ${name}`;
      await engine.useProfile(
        connection,
        { ...(await settings()), database: source.database },
        source.password,
      );
      const { captures } = await engine.call('capture.list', {});
      const spec = captures.find((capture) => capture.name === name)?.spec;
      if (spec === undefined) throw new Error(`there is no capture ${name}`);
      const script = await engine.call('capture.script', { destination, name, target: 'duckdb' });
      expect(script.scripts.map(({ table }) => table.name)).toEqual(['captured', 'later']);
      expect(await engine.call('capture.verify', { destination, name })).toMatchObject({
        proved: true,
        logProblems: [],
      });
      await source.query(`INSERT INTO captured VALUES (1000, 9, 'today', now()); DELETE FROM later`);
      await engine.call('capture.start', {
        spec: { ...spec, source: { profile: connection } },
        until: 'current',
      });
      await expect
        .poll(async () => (await engine.call('capture.status', { name })).status)
        .toMatchObject({ phase: 'stopped', process: null, lastError: null });
      const same = { missing: 0, extra: 0, different: 0 };
      const verified = async () =>
        await engine.call('capture.verify', { destination, name, source: { profile: connection } });
      expect(await verified()).toMatchObject({
        proved: true,
        tables: [
          { table: { name: 'captured' }, rows: 4, compared: same },
          { table: { name: 'later' }, rows: 0, compared: same },
        ],
      });
      const compacted = await engine.call('capture.compact', { destination, name });
      expect(compacted.replaced).toBeGreaterThan(0);
      expect(await verified()).toMatchObject({ proved: true });
      await source.query(`SELECT pg_drop_replication_slot('${slot}')`);
    },
  );
});

const incremental = {
  name: 'orders',
  mode: 'incremental' as const,
  watermark: { column: 'LastUpdated' },
  selection: { table: { schema: 'public', name: 'Orders' } },
};

async function settings() {
  const { connections } = await engine.call('profiles.list', {});
  const [first] = connections;
  if (first === undefined) throw new Error('there is no profile');
  return first.settings;
}

/** The state as it would be, had the run before seen all that this server has committed. */
async function fitState(forms: StoredForms, ceiling: string): Promise<void> {
  const key = '_sluice/orders/state.json';
  const state = await forms.read(key);
  const position = {
    ...(state['position'] as object),
    cluster: { systemIdentifier: cluster, timeline: 1, database: 'stored' },
    floor: ceiling,
    ceiling,
    seen: [],
  };
  await forms.write(key, { ...state, position });
}

/** The same for a capture: its history ends where the slot of this server begins. */
async function fitCapture(
  forms: StoredForms,
  name: string,
  fitted: { readonly database: string; readonly durableLsn: string },
): Promise<void> {
  const key = `_sluice/${name}/checkpoint.json`;
  const { published: _published, ...checkpoint } = await forms.read(key);
  await forms.write(key, { ...checkpoint, systemIdentifier: cluster, timeline: 1, ...fitted });
  // The last changes: behind them lies the compaction of those that have one.
  const last = `_sluice/${name}/log/0000000000000004.json`;
  await forms.write(last, { ...(await forms.read(last)), toLsn: fitted.durableLsn });
}

/** The tables as they were when the capture ended; those before it have left rows. */
function rowsOf(name: string): string {
  const order = [
    'jsonl-folder',
    'flat-folder',
    'parquet-folder',
    'jsonl-bucket',
    'flat-bucket',
    'parquet-bucket',
  ];
  const ids = [10, 20, 30, 110, 120, 130].slice(0, order.indexOf(name) + 1);
  return `CREATE TABLE captured (id int PRIMARY KEY, amount numeric(10,2), note text, at timestamptz);
    INSERT INTO captured VALUES (1, 1.50, 'changed', '2026-01-01Z'), (2, NULL, NULL, 'infinity'), (3, 3, '', '2026-01-03Z');
    CREATE TABLE later (id int PRIMARY KEY, v text);
    INSERT INTO later SELECT unnest(ARRAY[${ids.join()}]), 'v'`;
}

describe('what a newer Sluice wrote is refused by name:', () => {
  /** Raises the version, and puts the form back as it was when the test has ended. */
  async function raised<T>(forms: StoredForms, key: string, work: () => Promise<T>): Promise<T> {
    const before = await forms.read(key);
    await forms.write(key, { ...before, version: 9 });
    try {
      return await work();
    } finally {
      await forms.write(key, before);
    }
  }
  const refused = (file: string) => (error: unknown) => {
    expect((error as AppError).code).toBe('STORE_VERSION_NEWER');
    expect((error as AppError).message).toContain(file);
    expect((error as AppError).message).toContain('was written by a newer Sluice: it has version 9');
  };
  const refuses = async (forms: StoredForms, key: string, file: string, call: () => Promise<unknown>) => {
    await raised(forms, key, async () => {
      await call().then(() => expect.fail(`${key} was taken`), refused(file));
    });
  };
  const here = () => formsInFolder(engine.dataFolder);

  test('profiles, notes of jobs, watches, a capture', async () => {
    await refuses(here(), 'profiles.json', 'profiles.json', () => engine.call('profiles.list', {}));
    await refuses(here(), 'job-notes.json', 'job-notes.json', () => engine.call('savedJobs.list', {}));
    await refuses(here(), 'watches.json', 'watches.json', () => engine.call('wal.watches', {}));
    await refuses(here(), 'captures/flat-folder.json', 'flat-folder.json', () =>
      engine.call('capture.start', { name: 'flat-folder' }),
    );
    await refuses(here(), 'secrets.json', 'secrets.json', () =>
      engine.call('watermark.get', {
        spec: { ...incremental, source: { profile: 'Source' }, destination: { profile: 'Lake' } },
      }),
    );
  });

  test('a job: it is listed as one that cannot be read, and says why', async () => {
    await raised(here(), 'jobs/orders.json', async () => {
      const { jobs, broken } = await engine.call('savedJobs.list', {});
      expect(jobs).toEqual([]);
      expect(broken).toMatchObject([
        { problem: expect.stringContaining('jobs/orders.json was written by a newer Sluice') },
      ]);
    });
  });

  test('a run, and a run that holds a newer manifest', async () => {
    const [name = ''] = await readdir(path.join(engine.dataFolder, 'runs'));
    const runId = path.basename(name, '.json');
    await refuses(here(), `runs/${name}`, name, () => engine.call('runs.get', { runId }));
    const file = path.join(engine.dataFolder, 'runs', name);
    const text = await readFile(file, 'utf8');
    const stored = JSON.parse(text) as { manifest: object };
    await writeFile(file, JSON.stringify({ ...stored, manifest: { ...stored.manifest, version: 9 } }));
    await engine.call('runs.get', { runId }).then(() => expect.fail('was taken'), refused(name));
    await writeFile(file, text);
  });

  test.each(places)('state, manifest, checkpoint, log, schema and compaction at %s', async (_, place) => {
    const { destination, forms, where: kind } = place();
    const name = `jsonl-${kind}`;
    const spec = { ...incremental, source: { profile: 'Source' }, destination };
    await refuses(forms, '_sluice/orders/state.json', 'orders/state.json', () =>
      engine.call('watermark.get', { spec }),
    );
    const [manifest] = await manifests(kind);
    const key = manifest?.key ?? '';
    await refuses(forms, key.replace(/^lake\//, ''), 'manifest.json', () =>
      engine.call('manifests.verify', { destination, manifestKey: key }),
    );
    const verify = () => engine.call('capture.verify', { destination, name });
    await refuses(forms, `_sluice/${name}/checkpoint.json`, 'checkpoint.json', verify);
    await refuses(forms, `_sluice/${name}/log/0000000000000002.json`, '0000000000000002.json', verify);
    await refuses(forms, `_sluice/${name}/compaction.json`, 'compaction.json', () =>
      engine.call('capture.compact', { destination, name }),
    );
    const [object] = (await forms.read(`_sluice/${name}/log/0000000000000001.json`))['objects'] as {
      schema: string;
    }[];
    const schema = object?.schema ?? '';
    await refuses(forms, schema.replace(/^lake\//, ''), '/schema/', () =>
      engine.call('capture.script', { destination, name, target: 'duckdb' }),
    );
  });
});
