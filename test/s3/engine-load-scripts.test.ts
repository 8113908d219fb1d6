/** Scripts that load what a run wrote, next to its manifest: there before it, and gone with a run that fails. */
import { expect, test } from 'vitest';
import type { LoadTarget } from '../../electron/contract/load-target.ts';
import { failure, success } from '../harness/engine/test-engine.ts';
import { BUCKET, DENIED, SMALL, always, draft, engine, extractTo, s3 } from './lake.ts';

const stored = () => s3.objects(BUCKET).map(({ key }) => key);
const textOf = (key: string) => s3.object(BUCKET, key).toString();
const ALL: LoadTarget[] = ['redshift', 'snowflake', 'athena', 'bigquery', 'duckdb'];

test('what landed can be loaded: scripts for every warehouse lie next to the manifest, which is still written last', async () => {
  const spec = {
    selection: { query: 'SELECT 1 AS one' },
    format: { kind: 'parquet' as const },
    loadScripts: ALL,
  };
  const ended = await extractTo({ settings: { prefix: 'shop' } }, spec);
  const { manifest, objects } = success(ended);
  const folder = `shop/_sluice/runs/${ended.run.id}`;
  expect(stored().filter((key) => key.startsWith(folder))).toEqual([
    `${folder}/load/athena.sql`,
    `${folder}/load/bigquery-schema.json`,
    `${folder}/load/bigquery.sh`,
    `${folder}/load/duckdb.sql`,
    `${folder}/load/redshift-manifest.json`,
    `${folder}/load/redshift.sql`,
    `${folder}/load/snowflake.sql`,
    `${folder}/manifest.json`,
  ]);
  expect(s3.requests.of('PutObject').at(-1)!.key).toBe(`${folder}/manifest.json`);
  expect(JSON.parse(textOf(`${folder}/load/redshift-manifest.json`))).toEqual({
    entries: [{ url: objects[0]!.uri, mandatory: true, meta: { content_length: objects[0]!.bytes } }],
  });
  const sql = textOf(`${folder}/load/redshift.sql`);
  expect(sql).toContain(`FROM 's3://${BUCKET}/${folder}/load/redshift-manifest.json'`);
  expect(sql).not.toContain('Before COPY can run');
  expect(textOf(`${folder}/load/bigquery.sh`)).toContain(`'./bigquery-schema.json'`);
  // The settings of the destination are in them, and no secret is.
  expect(textOf(`${folder}/load/duckdb.sql`)).toContain(`ENDPOINT '${new URL(s3.endpoint).host}'`);
  for (const key of stored()) expect(textOf(key)).not.toContain(s3.credentials.secretAccessKey);

  const { id } = await engine.call('destinations.save', { ...draft(), name: 'Shop' });
  const { files } = await engine.call('manifests.loadScript', {
    destination: { profile: 'Shop' },
    manifestKey: manifest.slice(`s3://${BUCKET}/`.length),
    target: 'redshift',
  });
  await engine.call('destinations.remove', { id });
  expect(files.map(({ name }) => name)).toEqual(['query-redshift.sql', 'query-redshift-manifest.json']);
  // The same place, so that a script that is shown later finds what was written with the run.
  expect(files[1]!.uri).toBe(`s3://${BUCKET}/${folder}/load/redshift-manifest.json`);
});

test('a run whose script cannot be written fails, and leaves neither objects nor scripts', async () => {
  s3.faults.add({ op: 'PutObject', key: '*/load/redshift.sql', action: DENIED, times: always });
  const ended = await extractTo({}, { selection: SMALL, loadScripts: ['duckdb', 'redshift'] });
  expect(failure(ended).code).toBe('DEST_ACCESS_DENIED');
  expect(stored()).toEqual([]);
});

test('a run whose manifest cannot be written takes its scripts away again', async () => {
  s3.faults.add({ op: 'PutObject', key: '*/manifest.json', action: DENIED, times: always });
  const ended = await extractTo({}, { selection: SMALL, loadScripts: ['duckdb'] });
  expect(failure(ended).code).toBe('DEST_ACCESS_DENIED');
  expect(stored()).toEqual([]);
});
