/**
 * Makes Sluice send all its statements to a database: every verb, every format, every kind of table. Filters and queries of
 * the user are given with schemas, so that each name without one is Sluice's.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExtractSpecInput } from '../../../electron/contract/extract-spec.ts';
import { settingsOf, SOURCE, success, TestEngine } from '../engine/test-engine.ts';
import type { Database, DatabaseAddress } from '../postgres/database.ts';
import { readPeek } from '../../pg/wal-world.ts';

/**
 * Tables of the drive. Names of types are written with their schema: they must not depend on who makes the tables. What a vacuum
 * leaves beside the rows counts as size, and one more range would be one more file.
 */
export const DRIVEN_TABLES = `
  CREATE TABLE public.orders (
    id pg_catalog.int4 PRIMARY KEY, note pg_catalog.text, short varchar(10), code char(4), price numeric(10, 2), rate numeric,
    weight pg_catalog.float8, made timestamptz, local timestamp, day pg_catalog.date, at time, took interval, seal pg_catalog.bytea,
    doc pg_catalog.jsonb, old pg_catalog.json, tags pg_catalog.text[], key pg_catalog.uuid, on_it boolean, ip pg_catalog.inet)
    WITH (autovacuum_enabled = false);
  INSERT INTO public.orders SELECT id, 'note ' || id, 'short', 'c', id * 1.25, id / 3.0, id * 0.1,
    timestamptz '2026-01-01 00:00+00' + interval '1 hour' * id, timestamp '2026-01-01' + interval '1 hour' * id,
    date '2026-01-01' + id % 3, time '10:00', interval '1 day' * id, decode('00ff', 'hex'), '{"a": [1]}', '{"b": null}',
    ARRAY['x', NULL], ('00000000-0000-0000-0000-' || lpad(id::text, 12, '0'))::uuid, id % 2 = 0, '10.0.0.5'
    FROM generate_series(1, 3000) AS id;
  CREATE TABLE public.parts (id pg_catalog.int4, bucket pg_catalog.int4, PRIMARY KEY (id, bucket)) PARTITION BY LIST (bucket);
  CREATE TABLE public.parts_0 PARTITION OF public.parts FOR VALUES IN (0);
  CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES IN (1);
  INSERT INTO public.parts SELECT id, id % 2 FROM generate_series(1, 100) AS id;
  CREATE VIEW public.seen AS SELECT id, note FROM public.orders;
  CREATE MATERIALIZED VIEW public.kept AS SELECT id, note FROM public.orders;
  CREATE PUBLICATION driven FOR TABLE public.orders;
  ANALYZE`;

/** What came out: the files by their names, without what tells one run from another. */
export type Driven = ReadonlyMap<string, Buffer>;

/** @param admin makes changes between the runs; not Sluice */
export async function driveEverything(address: DatabaseAddress, admin: Database): Promise<Driven> {
  await using engine = await TestEngine.start({ readLimits: { minRangeBytes: 64 * 1024 } });
  const connectionId = await engine.useProfile(SOURCE, settingsOf(address), address.password);
  const driven = new Map<string, Buffer>();
  let count = 0;
  const extract = async (spec: Omit<ExtractSpecInput, 'source' | 'destination'>, name = `run-${++count}`) => {
    const folder = path.join(engine.dataFolder, 'out', name);
    await mkdir(folder, { recursive: true });
    success(
      await engine.extract({
        destination: { folder },
        key: '{run_id}/part-{part}.dat',
        compression: 'none',
        acceptLossy: true,
        ...spec,
      }),
    );
    await keepFiles(folder, name, driven);
  };
  const orders = { table: { name: 'orders' } };

  await engine.call('relations.list', { connectionId });
  // A name that is not there makes it look for one that is meant.
  await engine.extract({
    selection: { table: { name: 'ORDERS' } },
    destination: { folder: engine.dataFolder },
  });
  for (const name of ['orders', 'parts', 'seen']) {
    const relation = { schema: 'public', name };
    await engine.call('relations.describe', { connectionId, relation });
    const { previewId } = await engine.call('preview.open', { connectionId, relation });
    const { rows } = await engine.call('preview.page', { previewId, from: 0, count: 50 });
    const { value } = await engine.call('preview.value', { previewId, row: 3, column: 1 });
    driven.set(`preview ${name}`, Buffer.from(JSON.stringify([rows, value])));
    await engine.call('preview.close', { previewId });
  }

  const formats = [
    { kind: 'csv', dialect: 'postgres', header: true },
    { kind: 'csv', dialect: 'python', delimiter: '|' },
    { kind: 'csv', dialect: 'text' },
    { kind: 'jsonl' },
    { kind: 'parquet' },
  ] as ExtractSpecInput['format'][];
  for (const format of formats) {
    const columns = ['id', 'note', 'price', 'made', 'day'];
    // The Python dialect has no form for some of the types.
    const some = format?.kind === 'csv' && format.dialect === 'python' ? { columns } : {};
    await extract({ selection: { ...orders, ...some }, ...(format === undefined ? {} : { format }) });
  }
  const where = "id OPERATOR(pg_catalog.>) 5 AND note OPERATOR(pg_catalog.<>) 'x'";
  await extract({ selection: { ...orders, where }, parallel: 2 });
  await extract({ selection: { query: 'SELECT id, note FROM public.orders' } });
  for (const name of ['parts', 'seen', 'kept']) await extract({ selection: { table: { name } } });
  for (const [column, by] of [
    ['code', 'value'],
    ['day', 'day'],
    ['made', 'month'],
    ['local', 'year'],
  ] as const) {
    await extract({
      selection: orders,
      partitionBy: { column, by },
      key: '{run_id}/{partition}/part-{part}.dat',
    });
  }
  const masks = [
    { column: 'note', mask: { kind: 'keepLast', count: 2 } },
    { column: 'short', mask: { kind: 'constant', text: 'masked' } },
    { column: 'made', mask: { kind: 'truncateDate', to: 'month' } },
    { column: 'local', mask: { kind: 'truncateDate', to: 'year' } },
    { column: 'day', mask: { kind: 'truncateDate', to: 'month' } },
    { column: 'seal', mask: { kind: 'null' } },
  ] as const;
  await extract({ selection: { ...orders, masks: [...masks] } });
  // The salt is another one each time, so these files are not compared.
  await engine.extract({
    selection: { ...orders, masks: [{ column: 'note', mask: { kind: 'sha256' } }] },
    destination: { folder: path.join(engine.dataFolder, 'salted') },
  });

  for (const kind of ['csv', 'jsonl', 'parquet'] as const) {
    const report = await engine.call('extract.plan', {
      spec: {
        source: { profile: SOURCE },
        selection: orders,
        destination: { folder: engine.dataFolder },
        format: { kind },
      },
      count: true,
    });
    driven.set(`plan ${kind}`, Buffer.from(JSON.stringify(report.columns)));
  }

  for (const [column, more] of [
    ['id', {}],
    ['made', { mode: 'lookback', lookback: '2 hours' }],
    ['rate', { mode: 'lookback', lookback: '1' }],
    ['day', { mode: 'greater' }],
    ['made', { mode: 'cap' }],
    ['key', {}],
    ['note', {}],
  ] as const) {
    const name = `inc-${column}-${'mode' in more ? more.mode : 'exact'}`;
    const job = {
      selection: orders,
      mode: 'incremental' as const,
      name,
      watermark: { column, ...more } as never,
    };
    await extract(job, name);
    await admin.query('UPDATE public.orders SET price = 0 WHERE id = 17');
    await extract(job, name);
  }

  await engine.call('wal.status', { connectionId });
  await engine.call('wal.catalog', { connectionId });
  await engine.call('wal.preflight', { connectionId });
  const { rows: inspectors } = await admin.query(
    `SELECT 1 FROM pg_available_extensions WHERE name = 'pg_walinspect'`,
  );
  if (inspectors.length > 0) {
    await admin.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect SCHEMA public');
    await engine.call('wal.records', { connectionId });
    await engine.call('wal.stats', { connectionId });
  }
  await admin.query(`SELECT pg_create_logical_replication_slot('driven_${admin.database}', 'pgoutput')`);
  await admin.query('UPDATE public.orders SET price = 2 WHERE id = 19');
  for (const plugin of ['pgoutput', 'test_decoding'] as const)
    await readPeek(engine, { connectionId, slot: `driven_${admin.database}`, plugin });
  await admin.query(`SELECT pg_drop_replication_slot('driven_${admin.database}')`);

  for (const format of ['jsonl', 'parquet'] as const) {
    const name = `cap_${format}`;
    const folder = path.join(engine.dataFolder, 'out', name);
    const tables = ['orders', 'parts'].map((table) => ({ schema: 'public', name: table }));
    const spec = {
      name,
      source: { profile: SOURCE },
      destination: { folder },
      tables,
      format,
      rollSeconds: 1,
    };
    await engine.call('capture.start', { spec });
    await streaming(engine, name);
    await admin.query(
      'UPDATE public.orders SET price = price + 1 WHERE id = 18; DELETE FROM public.parts WHERE id = 7',
    );
    await engine.call('capture.status', { name });
    const verified = await engine.call('capture.verify', {
      destination: { folder },
      name,
      source: { profile: SOURCE },
      waitSeconds: 20,
    });
    await engine.call('capture.stop', { name });
    driven.set(name, Buffer.from(JSON.stringify(verified.tables.map(({ compared }) => compared))));
    await engine.call('capture.drop', { name, confirm: `sluice_${name}` });
  }
  return driven;
}

/** Waits until a capture streams. @throws Error where it fails */
async function streaming(engine: TestEngine, name: string): Promise<void> {
  const event = await engine.heard(
    (one) =>
      one.type === 'capture' &&
      one.status.name === name &&
      (one.status.phase === 'streaming' || one.status.phase === 'failed'),
  );
  if (event.type === 'capture' && event.status.phase === 'failed')
    throw new Error(`the capture has failed: ${event.status.lastError?.error.message ?? ''}`);
}

/** Keeps the data files of a folder, under names that do not tell when they were made. */
async function keepFiles(folder: string, name: string, driven: Map<string, Buffer>): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.dat'));
  for (const file of names.toSorted()) {
    const shown = file.replaceAll(/\d{8}T\d{6}Z-[0-9a-f]+/g, 'RUN');
    const key = `${name}/${shown}`;
    const bytes = await readFile(path.join(folder, file));
    driven.set(key, Buffer.concat([driven.get(key) ?? Buffer.alloc(0), bytes]));
  }
}
