/** What is asked of a server in one conversation, and what comes out of it: the rows as lines, in order. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { inspect } from 'node:util';
import { AppError } from '../../electron/contract/app-error.ts';
import type { Change } from '../../electron/engine/capture/change.ts';
import type { ConnectionAccess } from '../../electron/engine/ports.ts';
import { postgresCapture } from '../../electron/engine/postgres/capture-source.ts';
import { kept } from '../harness/capture-reader.ts';
import { success, type TestEngine } from '../harness/engine/test-engine.ts';
import { readPeek } from '../pg/wal-world.ts';

export const CONVERSATIONS = [
  'tables',
  'preview',
  'csv',
  'jsonl',
  'parquet',
  'workers',
  'peek',
  'snapshot',
  'stream',
] as const;
export type Conversation = (typeof CONVERSATIONS)[number];

/** Tables that are talked about, and a slot with changes. */
export const SCENE = `
  CREATE TABLE public.orders (id int PRIMARY KEY, note text, price numeric(10, 2), made timestamptz, tags text[]);
  INSERT INTO public.orders SELECT id, 'note ' || id, id * 1.25, timestamptz '2026-01-01 00:00+00' + interval '1 hour' * id,
    ARRAY['a', NULL] FROM generate_series(1, 60) AS id;
  CREATE PUBLICATION talked FOR TABLE public.orders`;

/** Who talks, and to whom. */
export interface Speaker {
  readonly engine: TestEngine;
  readonly connectionId: string;
  readonly access: ConnectionAccess;
  /** A slot of this conversation alone, with changes that nobody has read. */
  readonly slot: string;
  readonly signal: AbortSignal;
}

/** @returns the rows. @throws AppError where the conversation ends with an error */
export async function converse(speaker: Speaker, what: Conversation): Promise<readonly string[]> {
  const { engine, connectionId, slot } = speaker;
  switch (what) {
    case 'tables': {
      const { relations } = await engine.call('relations.list', { connectionId });
      const { columns } = await engine.call('relations.describe', { connectionId, relation: ORDERS });
      return [...relations.map(({ name }) => name), ...columns.map(({ name, type }) => `${name} ${type}`)];
    }
    case 'preview': {
      const { previewId } = await engine.call('preview.open', { connectionId, relation: ORDERS });
      const pages = [];
      for (const from of [0, 40, 20])
        pages.push(await engine.call('preview.page', { previewId, from, count: 20 }));
      await engine.call('preview.close', { previewId });
      return pages.flatMap(({ rows }) => rows.map((row) => JSON.stringify(row))).toSorted();
    }
    case 'csv':
      return (await extracted(speaker, { kind: 'csv' })).toString().split('\n').toSorted();
    case 'jsonl':
      return (await extracted(speaker, { kind: 'jsonl' })).toString().split('\n').toSorted();
    case 'parquet':
      return await parquetRows(await extracted(speaker, { kind: 'parquet' }));
    case 'workers':
      return (await extracted(speaker, { kind: 'csv' }, 2)).toString().split('\n').toSorted();
    case 'peek': {
      const { changes, end } = await readPeek(engine, { connectionId, slot });
      // A message that never ends holds up all others: then it is the limit of the peek that ends it, and it says so.
      if (end !== 'caughtUp')
        throw new AppError('SLOT_PEEK_CLOSED', `The peek was ended by its limit (${end}).`);
      return changes.map(({ operation, columns }) => JSON.stringify([operation, columns]));
    }
    case 'snapshot':
      return await snapshotRows(speaker);
    case 'stream':
      return await streamedRows(speaker);
  }
}

const ORDERS = { schema: 'public', name: 'orders' };

async function extracted(
  { engine, access }: Speaker,
  format: { readonly kind: 'csv' | 'jsonl' | 'parquet' },
  parallel = 1,
): Promise<Buffer> {
  const folder = await mkdtemp(path.join(engine.dataFolder, 'out-'));
  const ended = await engine.extract({
    source: { settings: access.settings },
    selection: { table: ORDERS },
    destination: { folder },
    key: '{run_id}/part-{part}.dat',
    compression: 'none',
    parallel,
    format,
  });
  success(ended);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.dat'));
  return Buffer.concat(await Promise.all(names.toSorted().map((name) => readFile(path.join(folder, name)))));
}

async function parquetRows(bytes: Buffer): Promise<readonly string[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  return rows.map((row) => inspect(row, { depth: 5, breakLength: Infinity })).toSorted();
}

const capture = postgresCapture({ cores: 2, minRangeBytes: 1024 ** 2, maxRangeBytes: 4 * 1024 ** 2 });

async function snapshotRows({ access, signal }: Speaker): Promise<readonly string[]> {
  await using snapshot = await capture.exportSnapshot(access, signal);
  const request = { table: ORDERS, publication: 'talked', snapshot, workers: 1 };
  const found: string[] = [];
  for await (const { rows } of capture.readTable(access, request, signal))
    for (const row of rows) found.push(JSON.stringify(shownRow(row)));
  return found.toSorted();
}

async function streamedRows({ access, slot, engine, signal }: Speaker): Promise<readonly string[]> {
  const spoolFolder = await mkdtemp(path.join(engine.dataFolder, 'spool-'));
  const where = { slot, publication: 'talked', from: 0n, spoolFolder, spoolBytes: 1024 ** 3 };
  await using stream = await capture.open(access, where, signal);
  const found: string[] = [];
  for await (const batch of stream.read(signal)) {
    for (const item of batch) {
      if (item.kind === 'change') found.push(JSON.stringify(shownRow(item)));
      // The last of the changes that wait in the slot.
      if (item.kind === 'commit' && found.length >= STREAMED) return found;
    }
  }
  return found;
}

/** Changes that wait in the slot, see `CHANGES`. */
const STREAMED = 45;

/** What has been written behind the slot. */
export const CHANGES = `INSERT INTO public.orders SELECT id, 'late ' || id, 1, now(), '{}' FROM generate_series(1000, 1019) AS id;
  UPDATE public.orders SET price = 2 WHERE id BETWEEN 1000 AND 1004; DELETE FROM public.orders WHERE id >= 1000`;

function shownRow(change: Change): unknown {
  const item = kept(change);
  return item.kind === 'change' ? [item.operation, item.before, item.after] : [];
}
