/** The scripts over the files of a capture that no test can run, because the warehouse is not here. */
import { expect, test } from 'vitest';
import { captureScript } from '../../electron/contract/capture-scripts/capture-script.ts';
import type { CapturedFiles } from '../../electron/contract/capture-scripts/captured-files.ts';
import type { CaptureSchemaFile } from '../../electron/contract/capture-log.ts';

const schema: CaptureSchemaFile = {
  version: 1,
  table: { schema: 'public', name: 'Orders' },
  replicaIdentity: 'default',
  columns: [
    { name: 'Order"Id', type: 'integer', typeId: 23, typeModifier: -1, key: true },
    { name: '_price', type: 'numeric(12,2)', typeId: 1700, typeModifier: 786438, key: false },
    { name: 'u', type: 'uuid', typeId: 2950, typeModifier: -1, key: false },
    { name: 'at', type: 'timestamp with time zone', typeId: 1184, typeModifier: -1, key: false },
    { name: 'note', type: 'text', typeId: 25, typeModifier: -1, key: false },
  ],
};
const key = 'changes/orders/public/Orders/2026-01-02/a.parquet';

function files(change: Partial<CapturedFiles> = {}): CapturedFiles {
  return {
    job: 'orders',
    schema,
    format: 'parquet',
    compression: 'zstd',
    folder: 'changes/orders/public/Orders/',
    objects: [{ key, uri: `s3://lake/${key}`, schema, compression: 'zstd' }],
    fromLsn: '100',
    bucket: {
      name: 'lake',
      region: 'eu-central-1',
      endpoint: undefined,
      pathStyle: false,
      credentials: { kind: 'default' },
    },
    ...change,
  };
}

test('Athena has the columns of the files in their order, and what happened before them', () => {
  const text = captureScript('athena', files());
  const table = text.slice(text.indexOf('CREATE EXTERNAL TABLE'), text.indexOf(';'));
  const columns = [...table.matchAll(/^ {2}`([^`]+)` (.+?),?$/gm)].map(([, name, type]) => `${name} ${type}`);
  expect(columns).toEqual([
    '_op string',
    '_lsn bigint',
    '_commit_lsn bigint',
    '_xid bigint',
    '_commit_at timestamp',
    '_order bigint',
    '_key string',
    '_unchanged string',
    '_before string',
    'order_id int',
    '_price decimal(12, 2)',
    'u binary',
    'at timestamp',
    'note string',
    '_unheld string',
  ]);
  expect(text).toContain(`LOCATION 's3://lake/changes/orders/public/Orders/'`);
  expect(text).toContain(String.raw`json_extract_scalar("_key", '$["Order\"Id"]')`);
});

test('Snowflake takes each row of Parquet whole, and finds its columns by their names in the file', () => {
  const text = captureScript('snowflake', files());
  expect(text).toContain('TYPE = PARQUET');
  expect(text).toContain('line:"__price"::NUMBER(12, 2)::VARCHAR AS "_price"');
  expect(text).toContain('PARSE_JSON(line:"_key"::VARCHAR):"Order""Id"::VARCHAR AS "_old_Order""Id"');
  expect(text).toContain(`CONVERT_TIMEZONE('UTC', line:"at"::TIMESTAMP_TZ)`);
});

test('a value that no type of the warehouse has does not end the query', () => {
  for (const target of ['athena', 'snowflake', 'redshift'] as const)
    expect(captureScript(target, files({ format: 'flat' }))).toMatch(
      /TRY_CAST\([^;]+ AS (decimal|NUMBER|DECIMAL)/,
    );
});

test('objects of two compressions are read by one view', () => {
  const [object] = files().objects;
  const older = { ...object!, uri: 's3://lake/b.jsonl.gz', compression: 'gzip' as const };
  const both = files({ format: 'flat', objects: [object!, older] });
  const text = captureScript('duckdb', both);
  expect(text).toMatch(/compression = 'zstd'[^;]+UNION ALL[^;]+compression = 'gzip'/);
  expect(captureScript('snowflake', both)).toContain('COMPRESSION = AUTO');
});
