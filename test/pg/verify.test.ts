/** A run is proved again from its manifest: every object is read, counted and compared. */
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../electron/contract/manifest.ts';
import { success } from '../harness/engine/test-engine.ts';
import { db, engine, extract, folder, type Spec } from './extract-world.ts';

beforeAll(async () => {
  // Line ends, quotes and delimiters in the values: what a count of lines would get wrong.
  await db.query(`CREATE TABLE tricky AS
    SELECT i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'two' || chr(10) || 'lines "quoted", and more' WHEN 2 THEN '' ELSE '"' END AS t,
           repeat(md5(i::text), 4) AS filler
      FROM generate_series(1, 50000) i`);
});

const tricky = { table: { name: 'tricky' } };
const manifestKey = (runId: string) => `_sluice/runs/${runId}/manifest.json`;
const verify = (runId: string) =>
  engine.call('manifests.verify', { destination: { folder }, manifestKey: manifestKey(runId) });

const specs: readonly Spec[] = [
  { selection: tricky },
  { selection: tricky, format: { kind: 'csv', header: true }, compression: 'gzip' },
  {
    selection: tricky,
    format: { kind: 'csv', header: true, delimiter: '|', nullToken: '\\N' },
    objectSize: 5 * 1024 ** 2,
  },
  { selection: tricky, format: { kind: 'csv', dialect: 'python', header: true }, compression: 'zstd' },
  { selection: { table: { name: 'tricky' }, columns: ['t'] }, format: { kind: 'csv', dialect: 'python' } },
  { selection: tricky, format: { kind: 'jsonl' }, compression: 'gzip', objectSize: 5 * 1024 ** 2 },
  { selection: { query: 'SELECT 1 AS a WHERE false' }, format: { kind: 'csv', header: true } },
];

test.each(specs.map((spec) => [JSON.stringify({ ...spec, selection: undefined }), spec] as const))(
  'a run with %s is proved',
  async (_, spec) => {
    const ended = await extract(spec);
    const { rows, bytes, objects } = success(ended);
    expect(await verify(ended.run.id)).toEqual({
      runId: ended.run.id,
      proved: true,
      rows,
      bytes,
      objects: objects.map((object) => ({
        key: object.key,
        rows: object.rows,
        bytes: object.bytes,
        problem: null,
      })),
    });
  },
);

describe('an object that is no longer what was written', () => {
  const damages: readonly (readonly [string, (file: string) => Promise<unknown>, RegExp])[] = [
    ['is gone', (file) => rm(file), /not there/],
    ['is cut short', async (file) => truncate(file, (await readFile(file)).length - 10), /bytes instead of/],
    ['has a line more', (file) => appendFile(file, '1,x\n'), /bytes instead of/],
    [
      'has one byte that differs',
      async (file) => {
        const bytes = await readFile(file);
        bytes[1000] = bytes[1000] === 0x30 ? 0x31 : 0x30;
        await writeFile(file, bytes);
      },
      /CRC-32/,
    ],
    ['is empty', (file) => writeFile(file, ''), /bytes instead of/],
  ];

  test.each(damages)('because it %s is found', async (_, damage, problem) => {
    const ended = await extract({ selection: tricky, objectSize: 5 * 1024 ** 2 });
    const { objects } = success(ended);
    await damage(path.join(folder, objects[1]!.key));
    const verification = await verify(ended.run.id);
    expect(verification.proved).toBe(false);
    expect(verification.objects[0]!.problem).toBeNull();
    expect(verification.objects[1]!.problem).toMatch(problem);
  });

  test.each(['gzip', 'zstd'] as const)('because it is damaged inside of %s is found', async (compression) => {
    const ended = await extract({ selection: tricky, compression });
    const file = path.join(folder, success(ended).objects[0]!.key);
    const bytes = await readFile(file);
    bytes.fill(0x55, bytes.length / 2, bytes.length / 2 + 20);
    await writeFile(file, bytes);
    const verification = await verify(ended.run.id);
    expect(verification.proved).toBe(false);
    expect(verification.objects[0]!.problem).toMatch(/CRC-32|unpacked/);
  });
});

describe('a manifest', () => {
  test('that says another number of rows is not proved', async () => {
    const ended = await extract({ selection: tricky });
    const file = path.join(folder, manifestKey(ended.run.id));
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
    await writeFile(file, JSON.stringify({ ...manifest, rows: manifest.rows + 1 }));
    expect((await verify(ended.run.id)).proved).toBe(false);
  });

  test('that is not there cannot be proved', async () => {
    await expect(verify('20200101T000000Z-00000000')).rejects.toMatchObject({ code: 'DEST_NO_OBJECT' });
  });

  test.each(['', '{', '[]', '{"version": 1}', 'null'])('that is %j is none', async (content) => {
    const ended = await extract({ selection: { query: 'SELECT 1' } });
    await writeFile(path.join(folder, manifestKey(ended.run.id)), content);
    await expect(verify(ended.run.id)).rejects.toMatchObject({ code: 'DATA_MANIFEST_INVALID' });
  });
});
