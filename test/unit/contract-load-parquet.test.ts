/** The scripts where the files are Parquet: they say their types themselves. */
import { describe, expect, test } from 'vitest';
import type { S3Settings } from '../../electron/contract/destination-profile.ts';
import { loadScript } from '../../electron/contract/load-scripts/load-script.ts';
import type { LoadTarget } from '../../electron/contract/load-target.ts';
import { loadableManifest, type ManifestChange } from '../fakes/loadable-manifest.ts';

const settings: S3Settings = {
  bucket: 'lake',
  prefix: 'shop',
  region: 'eu-central-1',
  pathStyle: false,
  credentials: { kind: 'default' },
};
const MANIFEST_URI = 's3://lake/shop/_sluice/runs/20261122T093000Z-4f3a9c21/manifest.json';

function files(target: LoadTarget, change: ManifestChange = {}, reach: S3Settings | undefined = settings) {
  return loadScript(target, {
    manifest: loadableManifest(change),
    manifestUri: MANIFEST_URI,
    settings: reach,
  });
}
const script = (...args: Parameters<typeof files>) => files(...args)[0]!.text;
/** The script without its comments. */
const commands = (...args: Parameters<typeof files>) =>
  script(...args)
    .replaceAll(/^(--|#).*\n/gm, '')
    .trim();

describe('types of Parquet', () => {
  const parquet = { format: { kind: 'parquet' } } as const;
  const typeAt = (target: LoadTarget, type: string): string | undefined => {
    const all = files(target, { ...parquet, columns: [['a', type]] });
    if (target !== 'bigquery') return /^ +["`]a["`] (.*)$/m.exec(all[0]!.text)?.[1];
    const [{ name: _, ...field }] = JSON.parse(all[1]!.text);
    return Object.values(field).join(' ').replace('NULLABLE ', '');
  };

  test.each([
    ['smallint', 'INTEGER', 'SMALLINT', 'INT64', 'int'],
    ['oid', 'BIGINT', 'BIGINT', 'INT64', 'bigint'],
    ['numeric(38,2)', 'DECIMAL(38, 2)', 'NUMBER(38, 2)', 'BIGNUMERIC 38 2', 'decimal(38, 2)'],
    // Text in the file, because a DECIMAL of Parquet ends at 38 digits.
    ['numeric(39,2)', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'string'],
    ['numeric', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'string'],
    ['time with time zone', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'string'],
    ['time without time zone', 'TIME', 'TIME', 'TIME', 'bigint'],
    ['timestamp without time zone', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'DATETIME', 'timestamp'],
    ['timestamp with time zone', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'TIMESTAMP', 'timestamp'],
    ['uuid', 'VARBYTE(16)', 'BINARY(16)', 'BYTES', 'binary'],
    ['jsonb', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'string'],
    ['bytea', 'VARBYTE(1024000)', 'BINARY', 'BYTES', 'binary'],
    ['integer[]', 'SUPER', 'VARIANT', 'REPEATED INT64', 'array<int>'],
    ['numeric[]', 'SUPER', 'VARIANT', 'REPEATED STRING', 'array<string>'],
    ['numeric(10,2)[]', 'SUPER', 'VARIANT', 'REPEATED NUMERIC 10 2', 'array<decimal(10, 2)>'],
    ['mood', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'string'],
  ])('%s', (type, redshift, snowflake, bigquery, athena) => {
    expect([
      typeAt('redshift', type),
      typeAt('snowflake', type),
      typeAt('bigquery', type),
      typeAt('athena', type),
    ]).toEqual([redshift, snowflake, bigquery, athena]);
  });
});

describe('Parquet', () => {
  const format = { kind: 'parquet' } as const;

  test('Redshift asks for the length of each object, and takes no option of text', () => {
    const [sql, manifest] = files('redshift', { format });
    expect(JSON.parse(manifest!.text)).toEqual({
      entries: [
        {
          url: loadableManifest({ format }).objects[0]!.uri,
          mandatory: true,
          meta: { content_length: 157 },
        },
      ],
    });
    expect(sql!.text.split('\n').slice(-6)).toEqual([
      'COPY "Orders"',
      `FROM '${manifest!.uri!}'`,
      `IAM_ROLE 'arn:aws:iam::<account>:role/<role>'`,
      'FORMAT AS PARQUET',
      'MANIFEST;',
      '',
    ]);
    expect(commands('redshift', { format, columns: [['a', 'text[]']] })).toContain(
      'FORMAT AS PARQUET SERIALIZETOJSON\n',
    );
  });

  test('Snowflake finds the columns by name', () => {
    const text = commands('snowflake', { format });
    expect(text).toContain('  TYPE = PARQUET\n  BINARY_AS_TEXT = FALSE\n  USE_LOGICAL_TYPE = TRUE');
    expect(text).toContain('COPY INTO "Orders"\nFROM @sluice_stage\n');
    expect(text).toContain('MATCH_BY_COLUMN_NAME = CASE_SENSITIVE\nON_ERROR = ABORT_STATEMENT;');
  });

  test('Athena finds them by position, because its names are in lower case', () => {
    expect(commands('athena', { format })).toMatchInlineSnapshot(`
      "CREATE EXTERNAL TABLE \`orders\` (
        \`orderid\` int,
        \`orderstatus\` string
      )
      ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
      WITH SERDEPROPERTIES ('parquet.column.index.access' = 'true')
      STORED AS PARQUET
      LOCATION 's3://lake/shop/Orders/20261122T093000Z-4f3a9c21/';"
    `);
  });

  test('BigQuery loads the objects as they are, also where their pages are packed', () => {
    const text = commands('bigquery', { format });
    expect(text).toContain(`.parquet' - | gcloud storage cp - "$FOLDER/00001.parquet"`);
    expect(text).toContain('--source_format=PARQUET');
    expect(script('bigquery', { format, columns: [['Größe (cm)', 'integer']] })).toMatch(
      /BigQuery cannot load this.*exit 1\n$/s,
    );
  });

  test('DuckDB takes the types from the files', () => {
    expect(commands('duckdb', { format, uris: ['file:///out/a.parquet'] })).toMatchInlineSnapshot(`
      "CREATE OR REPLACE VIEW "Orders" (
        "OrderId",
        "OrderStatus"
      ) AS
      SELECT * FROM read_parquet(
        [
          '/out/a.parquet'
        ],
        hive_partitioning = false
      );"
    `);
  });
});
