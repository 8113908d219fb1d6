/** Folders by a column in the scripts: a column of their own, never the same one twice. */
import { expect, test } from 'vitest';
import { loadScript } from '../../electron/contract/load-scripts/load-script.ts';
import { partitionColumn } from '../../electron/contract/load-scripts/partition-column.ts';
import type { LoadTarget } from '../../electron/contract/load-target.ts';
import { loadableManifest, type ManifestChange } from '../fakes/loadable-manifest.ts';

const DAYS = ['dt=2020-06-01', 'dt=__HIVE_DEFAULT_PARTITION__'];
const keysOf = (folders: readonly string[]) => folders.map((folder) => `shop/orders/${folder}/part-1.csv`);

function manifestOf(change: ManifestChange = {}) {
  const folders = change.folders ?? DAYS;
  return loadableManifest({
    partitionBy: { column: 'created', by: 'day', as: 'dt' },
    folders,
    keys: keysOf(folders),
    columns: [
      ['id', 'integer'],
      ['created', 'timestamp with time zone'],
    ],
    ...change,
  });
}
const filesOf = (target: LoadTarget, change: ManifestChange = {}) =>
  loadScript(target, { manifest: manifestOf(change), manifestUri: 's3://lake/_sluice/runs/x/manifest.json' });
const script = (target: LoadTarget, change: ManifestChange = {}) => filesOf(target, change)[0]!.text;

test('Athena: a partition for each folder, with its place', () => {
  const text = script('athena', { format: { kind: 'jsonl' } });
  expect(text).toContain('PARTITIONED BY (`dt` string)\nROW FORMAT');
  expect(text).toContain(
    [
      'ALTER TABLE `orders` ADD',
      "  PARTITION (`dt` = '2020-06-01') LOCATION 's3://lake/shop/orders/dt=2020-06-01/'",
      "  PARTITION (`dt` = '__HIVE_DEFAULT_PARTITION__') LOCATION 's3://lake/shop/orders/dt=__HIVE_DEFAULT_PARTITION__/';",
    ].join('\n'),
  );
  expect(script('athena')).toMatch(/ {2}"dt"\nFROM "orders_text";/);
});

test('Athena: many partitions in several statements, and a value with a quote', () => {
  const folders = Array.from({ length: 201 }, (_, i) => `p=%27${i}`);
  const text = script('athena', { partitionBy: { column: 'p' }, folders });
  expect(text.match(/^ALTER TABLE/gm)).toHaveLength(3);
  expect(text).toContain(
    String.raw`PARTITION (${'`p`'} = '\'200') LOCATION 's3://lake/shop/orders/p=%27200/'`,
  );
});

test('Athena calls the column otherwise where the rows have one of its name; the others leave it out and say so', () => {
  const clash: ManifestChange = {
    partitionBy: { column: 'dt' },
    columns: [
      ['id', 'integer'],
      ['DT', 'date'],
    ],
  };
  expect(script('athena', clash)).toContain('PARTITIONED BY (`dt_2` string)');
  for (const target of ['duckdb', 'snowflake', 'bigquery', 'redshift'] as const) {
    expect(script(target, clash).replaceAll('\n-- ', ' ').replaceAll('\n# ', ' ')).toContain(
      'The folders "dt=…" are no column here: the rows have one of that name.',
    );
  }
  expect(script('duckdb', clash)).toContain('hive_partitioning = false');
  expect(script('snowflake', clash)).not.toContain('METADATA$FILENAME');
  expect(script('bigquery', clash)).not.toContain('hive_partitioning');
});

test('Snowflake takes the value from the name of the file', () => {
  const value = `NULLIF(SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '/dt=', -1), '/', 1), '__HIVE_DEFAULT_PARTITION__')::DATE AS "dt"`;
  expect(script('snowflake')).toContain(
    `("id", "created", "dt")\nFROM (\n  SELECT\n    $1,\n    $2,\n    ${value}\n  FROM @sluice_stage\n)`,
  );
  expect(script('snowflake', { format: { kind: 'jsonl' } })).toContain(value);
  expect(script('snowflake', { format: { kind: 'parquet' } })).toContain('are no column here');
  expect(script('snowflake', { keys: DAYS.map((folder) => `${folder}/1.csv`) })).toContain(
    `METADATA$FILENAME, 'dt=', -1`,
  );
});

test('BigQuery gets the folders too, with the type in the prefix', () => {
  const [load, schema] = filesOf('bigquery', { folders: ['dt=2020-06-01'] });
  expect(load!.text).toContain(`gcloud storage cp - "$FOLDER"/'dt=2020-06-01/00001.csv'`);
  expect(load!.text).toContain('--hive_partitioning_source_uri_prefix="$FOLDER/{dt:DATE}"');
  expect(JSON.parse(schema!.text).at(-1)).toEqual({ name: 'dt', mode: 'NULLABLE', type: 'DATE' });
  expect(script('bigquery')).toContain('{dt:STRING}');
});

test.each([
  ['day', 'created', ['dt=2020-06-01'], 'date'],
  ['day', 'created', ['dt=0044-03-15 BC'], 'text'],
  ['day', 'created', ['dt=infinity', 'dt=2020-06-01'], 'text'],
  ['month', 'created', ['dt=2020-06'], 'text'],
  ['value', 'id', ['dt=-7', 'dt=__HIVE_DEFAULT_PARTITION__'], 'bigint'],
  ['value', 'created', ['dt=2020-06-01 10%3A00%3A00+00'], 'text'],
  // Not extracted, so nobody knows its type any more.
  ['value', 'left_out', ['dt=7'], 'text'],
] as const)('by %s of %s: %s is %s', (by, column, folders, type) => {
  const found = partitionColumn(manifestOf({ partitionBy: { column, by, as: 'dt' }, folders }));
  expect(found).toMatchObject({ name: 'dt', type, inRows: false, ambiguous: false });
});

test('values without escapes, and folders that are not told apart by their place', () => {
  const found = partitionColumn(manifestOf({ folders: ['dt=a%2Fb=ä'] }));
  expect(found!.folders).toEqual([
    { folder: 'dt=a%2Fb=ä', value: 'a/b=ä', place: 'shop/orders/dt=a%2Fb=ä/' },
  ]);
  const twice = { folders: ['dt=1', 'dt=1'], keys: ['a/dt=1/1.csv', 'b/dt=1/2.csv'] };
  expect(partitionColumn(manifestOf(twice))).toBeUndefined();
  expect(partitionColumn(manifestOf({ folders: ['dt=1'], keys: ['x-dt=1/1.csv'] }))).toBeUndefined();
  const nested = partitionColumn(manifestOf({ folders: ['dt=1'], keys: ['env=x/dt=1/1.csv'] }));
  expect(nested!.ambiguous).toBe(true);
});
