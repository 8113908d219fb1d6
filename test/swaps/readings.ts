/** The ways in which Sluice reads a table: each gives the lines `id,gen,bucket` of all rows that it has read. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { success, type TestEngine } from '../harness/engine/test-engine.ts';
import type { Random } from '../harness/random.ts';
import type { Shape } from './scene.ts';

/** Who reads: the owner of the tables, or a role that may read three columns of `t` and nothing else. */
export interface Reader {
  readonly engine: TestEngine;
  readonly connectionId: string;
  readonly owner: boolean;
}

export interface Reading {
  readonly name: string;
  readonly lines: () => Promise<readonly string[]>;
}

/** Rows that a page of a preview brings: more than a round has. */
const PAGE = 1_000;

/** One way, chosen at random among those that go with the shape. @param number tells the readings of a round apart */
export function readingOf(reader: Reader, shape: Shape, random: Random, number: number): Reading {
  const names = ['table', 'filter', 'query', 'preview', 'partition-by', 'workers', 'no-timeout'] as const;
  const name = random.pick([...names, ...(shape === 'table' && reader.owner ? (['first'] as const) : [])]);
  const folder = path.join(reader.engine.dataFolder, `read-${number}`);
  const columns = ['id', 'gen', 'bucket'];
  const table = { table: { name: 't' }, columns };
  const key = '{run_id}/part-{part}.csv';
  const read = (spec: Omit<ExtractSpecInput, 'source' | 'destination'>) => async () => {
    success(await reader.engine.extract({ destination: { folder }, key, ...spec }));
    return await linesIn(folder);
  };
  switch (name) {
    case 'table':
      return { name, lines: read({ selection: table }) };
    case 'filter':
      return { name, lines: read({ selection: { ...table, where: 'id >= 0 -- all of them' } }) };
    case 'query':
      return { name, lines: read({ selection: { query: 'SELECT id, gen, bucket FROM t' } }) };
    case 'preview':
      return { name, lines: async () => await previewed(reader) };
    case 'partition-by':
      return {
        name,
        lines: read({
          selection: table,
          partitionBy: { column: 'bucket', by: 'value' },
          key: '{run_id}/{partition}/part-{part}.csv',
        }),
      };
    case 'workers':
      return { name, lines: read({ selection: table, parallel: 1 + random.below(3) }) };
    case 'no-timeout':
      return { name, lines: read({ selection: table, politeness: { lockTimeoutMs: 0 } }) };
    case 'first':
      return {
        name,
        lines: read({
          selection: table,
          mode: 'incremental',
          name: `job-${number}`,
          watermark: { column: 'gen' },
        }),
      };
  }
}

async function linesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.csv')).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
}

async function previewed({ engine, connectionId }: Reader): Promise<readonly string[]> {
  const { previewId, columns } = await engine.call('preview.open', {
    connectionId,
    relation: { schema: 'public', name: 't' },
  });
  const { rows } = await engine.call('preview.page', { previewId, from: 0, count: PAGE });
  await engine.call('preview.close', { previewId });
  const at = ['id', 'gen', 'bucket'].map((name) => columns.findIndex((column) => column.name === name));
  return rows.map((row) => at.map((index) => row[index] as string).join(','));
}
