import { describe, expect, test } from 'vitest';
import type { S3Settings } from '../../electron/contract/destination-profile.ts';
import { loadScript, loadTargetsOf } from '../../electron/contract/load-scripts/load-script.ts';
import type { LoadTarget } from '../../electron/contract/load-target.ts';
import { comment } from '../../electron/contract/load-scripts/quoting.ts';
import { distinctNames, plainName } from '../../electron/contract/load-scripts/names.ts';
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

describe('types', () => {
  const csv = { format: { kind: 'csv' } } as const;
  const jsonl = { format: { kind: 'jsonl' } } as const;
  const typeAt = (target: LoadTarget, type: string, format: ManifestChange): string | undefined => {
    const all = files(target, { ...format, columns: [['a', type]] });
    if (target === 'bigquery') {
      const [{ name: _, mode: __, ...field }] = JSON.parse(all[1]!.text);
      return Object.values(field).join(' ');
    }
    return /^ +["'`]a["'`]:? '?(.*?)'?$/m.exec(all[0]!.text.split(/columns = |TABLE/)[1]!)?.[1];
  };

  test.each([
    ['boolean', 'BOOLEAN', 'BOOLEAN', 'BOOL', 'BOOLEAN', 'boolean'],
    ['smallint', 'SMALLINT', 'SMALLINT', 'INT64', 'SMALLINT', 'smallint'],
    ['integer', 'INTEGER', 'INTEGER', 'INT64', 'INTEGER', 'int'],
    ['bigint', 'BIGINT', 'BIGINT', 'INT64', 'BIGINT', 'bigint'],
    ['real', 'REAL', 'FLOAT', 'FLOAT64', 'FLOAT', 'float'],
    ['double precision', 'DOUBLE PRECISION', 'FLOAT', 'FLOAT64', 'DOUBLE', 'double'],
    ['numeric(10,2)', 'DECIMAL(10, 2)', 'NUMBER(10, 2)', 'NUMERIC 10 2', 'DECIMAL(10, 2)', 'decimal(10, 2)'],
    [
      'numeric(38,20)',
      'DECIMAL(38, 20)',
      'NUMBER(38, 20)',
      'BIGNUMERIC 38 20',
      'DECIMAL(38, 20)',
      'decimal(38, 20)',
    ],
    ['numeric(60,2)', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['numeric(2,-3)', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['numeric', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['character varying(30)', 'VARCHAR(120)', 'VARCHAR(30)', 'STRING', 'VARCHAR', 'string'],
    ['character varying(50000)', 'VARCHAR(65535)', 'VARCHAR(50000)', 'STRING', 'VARCHAR', 'string'],
    ['character(12)', 'VARCHAR(48)', 'VARCHAR(12)', 'STRING', 'VARCHAR', 'string'],
    ['text', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['date', 'DATE', 'DATE', 'DATE', 'VARCHAR', 'date'],
    ['time(3) without time zone', 'TIME', 'TIME', 'TIME', 'TIME', 'string'],
    ['time with time zone', 'TIMETZ', 'VARCHAR', 'STRING', 'TIMETZ', 'string'],
    ['timestamp(0) without time zone', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'DATETIME', 'VARCHAR', 'string'],
    ['timestamp with time zone', 'TIMESTAMPTZ', 'TIMESTAMP_TZ', 'TIMESTAMP', 'VARCHAR', 'string'],
    ['uuid', 'VARCHAR(36)', 'VARCHAR(36)', 'STRING', 'UUID', 'string'],
    ['jsonb', 'SUPER', 'VARCHAR', 'JSON', 'JSON', 'string'],
    ['bytea', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['numeric(10,2)[]', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['interval day to second(3)', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
    ['public."Odd (type)"', 'VARCHAR(65535)', 'VARCHAR', 'STRING', 'VARCHAR', 'string'],
  ])('%s', (type, redshift, snowflake, bigquery, duckdb, athena) => {
    expect([
      typeAt('redshift', type, csv),
      typeAt('snowflake', type, csv),
      typeAt('bigquery', type, csv),
      typeAt('duckdb', type, csv),
      typeAt('athena', type, jsonl),
    ]).toEqual([redshift, snowflake, bigquery, duckdb, athena]);
  });

  test.each([
    ['integer[]', 'SUPER', 'VARIANT', 'JSON', 'JSON'],
    ['json', 'SUPER', 'VARIANT', 'JSON', 'JSON'],
    ['numeric(15,2)', 'DECIMAL(15, 2)', 'NUMBER(15, 2)', 'NUMERIC 15 2', 'DECIMAL(15, 2)'],
    ['numeric(16,2)', 'DECIMAL(16, 2)', 'NUMBER(16, 2)', 'NUMERIC 16 2', 'DOUBLE'],
  ])('%s in JSON Lines', (type, redshift, snowflake, bigquery, duckdb) => {
    expect([
      typeAt('redshift', type, jsonl),
      typeAt('snowflake', type, jsonl),
      typeAt('bigquery', type, jsonl),
      typeAt('duckdb', type, jsonl),
    ]).toEqual([redshift, snowflake, bigquery, duckdb]);
  });
});

// Others leave whoever has hundreds of tables to write their definitions by hand.
test.each(['csv', 'jsonl', 'parquet'] as const)(
  'what landed as %s can be loaded everywhere: table, types and load command come with it',
  (kind) => {
    for (const target of loadTargetsOf(loadableManifest({ format: { kind } }))) {
      const all = files(target, { format: { kind } })
        .map(({ text }) => text)
        .join('\n');
      expect(all).toMatch(/CREATE (EXTERNAL )?TABLE|CREATE OR REPLACE VIEW|bq mk --table/);
      expect(all).toMatch(/COPY "Orders"|COPY INTO "Orders"|LOCATION|bq load|read_(csv|json|parquet)/);
      for (const { name } of loadableManifest({}).columns)
        expect(all.toLowerCase()).toContain(name.toLowerCase());
    }
  },
);

describe('Redshift', () => {
  test('reads the objects that its own manifest lists', () => {
    const [sql, manifest] = files('redshift', { compression: 'gzip' });
    expect(manifest!.uri).toBe(MANIFEST_URI.replace('manifest.json', 'load/redshift-manifest.json'));
    expect(JSON.parse(manifest!.text)).toEqual({
      entries: [{ url: loadableManifest({ compression: 'gzip' }).objects[0]!.uri, mandatory: true }],
    });
    expect(sql!.text.split('\n\n').at(-1)).toMatchInlineSnapshot(`
      "-- Before COPY can run, this has to be there:
      -- Orders-redshift-manifest.json as
      -- s3://lake/shop/_sluice/runs/20261122T093000Z-4f3a9c21/load/redshift-manifest.json
      COPY "Orders" ("OrderId", "OrderStatus")
      FROM 's3://lake/shop/_sluice/runs/20261122T093000Z-4f3a9c21/load/redshift-manifest.json'
      IAM_ROLE 'arn:aws:iam::<account>:role/<role>'
      REGION 'eu-central-1'
      FORMAT AS CSV QUOTE AS '"'
      DELIMITER AS ','
      NULL AS ''
      TIMEFORMAT 'auto'
      DATEFORMAT 'auto'
      GZIP
      MANIFEST;
      "
    `);
  });

  test('a tab, a header, a token with a backslash, zstd', () => {
    const format = { kind: 'csv', delimiter: '\t', header: true, nullToken: '\\N' } as const;
    const text = commands('redshift', { format, compression: 'zstd' });
    expect(text).toContain(String.raw`DELIMITER AS '\t'`);
    expect(text).toContain(String.raw`NULL AS '\\N'`);
    expect(text).toContain('IGNOREHEADER 1');
    expect(text).toContain('\nZSTD\n');
  });

  test('JSON by name where the names are in lower case, and by a list of paths where they are not', () => {
    const plain = { format: { kind: 'jsonl' }, columns: [['id', 'integer']] } as const;
    expect(commands('redshift', plain)).toContain(`FORMAT AS JSON 'auto'`);
    const [sql, , paths] = files('redshift', { format: { kind: 'jsonl' } });
    expect(sql!.text).toContain(`FORMAT AS JSON '${paths!.uri!}'`);
    expect(JSON.parse(paths!.text)).toEqual({ jsonpaths: [`$['OrderId']`, `$['OrderStatus']`] });
  });
});

describe('Snowflake', () => {
  test.each([
    [{ kind: 'csv' }, ['NULL_IF = ()', 'EMPTY_FIELD_AS_NULL = TRUE', String.raw`RECORD_DELIMITER = '\n'`]],
    // COPY writes the empty string as nothing where NULL has a token.
    [{ kind: 'csv', nullToken: '\\N' }, [String.raw`NULL_IF = ('\\N')`, 'EMPTY_FIELD_AS_NULL = FALSE']],
    [
      { kind: 'csv', dialect: 'python' },
      [String.raw`RECORD_DELIMITER = '\r\n'`, 'EMPTY_FIELD_AS_NULL = TRUE'],
    ],
    [{ kind: 'csv', header: true }, ['SKIP_HEADER = 1', 'ESCAPE_UNENCLOSED_FIELD = NONE']],
    [{ kind: 'jsonl' }, ['TYPE = JSON', 'NULL_IF = ()', `$1['OrderId']::INTEGER`]],
  ] as const)('%j', (format, expected) => {
    const text = commands('snowflake', { format });
    for (const line of expected) expect(text).toContain(line);
  });

  test('names a thousand files in one COPY and no more', () => {
    const text = commands('snowflake', {
      keys: Array.from({ length: 2_001 }, (_, i) => `o/part-${String(i)}.csv`),
    });
    expect(text.match(/COPY INTO/g)).toHaveLength(3);
    expect(text).toContain(`URL = 's3://lake/o/'`);
    expect(text).toContain(`FILES = (\n  'part-2000.csv'\n)`);
  });

  test('an S3-compatible server', () => {
    const text = commands('snowflake', {}, { ...settings, endpoint: 'https://s3.example:9000' });
    expect(text).toContain(`URL = 's3compat://lake/`);
    expect(text).toContain(`ENDPOINT = 's3.example:9000'`);
  });
});

describe('Athena', () => {
  const firstComment = (change: ManifestChange) => script('athena', change).split('\n')[0];

  test.each([
    ['shop/public/Orders/20261122T093000Z-4f3a9c21/part-00001.csv', false],
    ['dt=2020/20261122T093000Z-4f3a9c21/x.csv', false],
    ['order_extract.csv', true],
    ['Orders/2026-11-22/part-00001.csv', true],
    // The run's id is in the name of the object: its folder is everybody's.
    ['Orders/20261122T093000Z-4f3a9c21.csv', true],
  ])('%s: warned of other objects in the folder: %s', (key, warned) => {
    expect(firstComment({ keys: [key] })!.startsWith('-- Careful: Athena reads every object')).toBe(warned);
  });

  test('delimited text is a table of texts and a view that casts them', () => {
    const format = { kind: 'csv', header: true, delimiter: '|', nullToken: '\\N' } as const;
    expect(commands('athena', { format })).toMatchInlineSnapshot(`
      "CREATE EXTERNAL TABLE \`orders_text\` (
        \`orderid\` string,
        \`orderstatus\` string
      )
      ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
      WITH SERDEPROPERTIES (
        'separatorChar' = '|',
        'quoteChar' = '"',
        'escapeChar' = '\\u0001'
      )
      STORED AS TEXTFILE
      LOCATION 's3://lake/shop/Orders/20261122T093000Z-4f3a9c21/'
      TBLPROPERTIES ('skip.header.line.count' = '1');

      CREATE OR REPLACE VIEW "orders" AS
      SELECT
        CAST(NULLIF("orderid", '\\N') AS integer) AS "orderid",
        NULLIF("orderstatus", '\\N') AS "orderstatus"
      FROM "orders_text";"
    `);
  });

  test.each([
    [{ compression: 'gzip', keys: ['20261122T093000Z-4f3a9c21/x.csv'] }, 'these do not end in .gz'],
    [{ keys: ['20261122T093000Z-4f3a9c21/_x.csv'] }, 'begin with a dot or an underscore'],
    [{ format: { kind: 'csv' } }, 'cannot tell NULL from the empty string'],
    [{ format: { kind: 'csv' } }, 'values with line ends break'],
  ] as const)('%j: says "%s"', (change, said) => {
    expect(script('athena', change).replaceAll('\n-- ', ' ')).toContain(said);
  });
});

describe('BigQuery', () => {
  test('copies to Google, makes the table from the schema, and loads', () => {
    expect(commands('bigquery', { compression: 'zstd' })).toMatchInlineSnapshot(`
      "set -euo pipefail
      DATASET='<dataset>'
      FOLDER='gs://<bucket>/sluice/20261122T093000Z-4f3a9c21'

      aws s3 cp --region 'eu-central-1' 's3://lake/shop/Orders/20261122T093000Z-4f3a9c21/part-00001.csv.zst' - | zstd -dc | gcloud storage cp - "$FOLDER/00001.csv"

      bq mk --table "$DATASET.Orders" './Orders-bigquery-schema.json'
      bq load \\
        --source_format=CSV \\
        --noautodetect \\
        --encoding=UTF-8 \\
        --field_delimiter=',' \\
        --quote='"' \\
        --allow_quoted_newlines \\
        --skip_leading_rows=0 \\
        "$DATASET.Orders" "$FOLDER/*""
    `);
  });

  test('JSON with names that it does not take is refused, delimited text is renamed', () => {
    const columns = [['Größe (cm)', 'integer']] as const;
    expect(script('bigquery', { columns, format: { kind: 'jsonl' } })).toMatch(
      /BigQuery cannot load this.*exit 1\n$/s,
    );
    expect(files('bigquery', { columns })[1]!.text).toContain('"name":"Gr_e_cm_"');
  });
});

describe('DuckDB', () => {
  test('a local folder, also on Windows', () => {
    const uris = ['file:///home/a%20b/x.csv', 'file:///C:/out/%5Bx%5D.csv'];
    const text = commands('duckdb', { uris }, undefined);
    expect(text).toContain(`'/home/a b/x.csv',\n    'C:/out/[[]x].csv'`);
    expect(text).not.toContain('SECRET');
    expect(loadTargetsOf(loadableManifest({ uris }))).toEqual(['duckdb']);
    expect(loadTargetsOf(loadableManifest({}))).toHaveLength(5);
  });

  test('an S3-compatible server, with places for the keys and not the keys', () => {
    const reach: S3Settings = {
      ...settings,
      endpoint: 'http://127.0.0.1:9000',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIAEXAMPLE' },
    };
    expect(commands('duckdb', {}, reach).split('\n\n')[0]).toMatchInlineSnapshot(`
      "INSTALL httpfs;
      LOAD httpfs;
      CREATE OR REPLACE SECRET sluice (
        TYPE s3,
        KEY_ID '<access key id>',
        SECRET '<secret access key>',
        REGION 'eu-central-1',
        ENDPOINT '127.0.0.1:9000',
        USE_SSL false,
        URL_STYLE 'path',
        SCOPE 's3://lake/'
      );"
    `);
  });

  test('settings of a profile that now names another bucket do not count', () => {
    expect(commands('duckdb', {}, { ...settings, bucket: 'other' })).not.toContain('REGION');
  });

  test('JSON with names that are one to it is refused', () => {
    const columns = [
      ['a', 'integer'],
      ['A', 'integer'],
    ] as const;
    expect(commands('duckdb', { columns, format: { kind: 'jsonl' } })).toBe('');
    expect(commands('duckdb', { columns })).toContain('"A_2"');
  });
});

describe('other quotes, escapes, encodings, and the text dialect', () => {
  test.each([
    ['redshift', { quote: "'" }, `QUOTE AS ''''`],
    ['snowflake', { quote: "'" }, `FIELD_OPTIONALLY_ENCLOSED_BY = ''''`],
    ['athena', { quote: "'" }, String.raw`'quoteChar' = '\''`],
    ['bigquery', { quote: "'" }, String.raw`--quote=''\'''`],
    ['duckdb', { quote: "'", escape: '\\' }, String.raw`escape = '\'`],
    ['snowflake', { encoding: 'WIN1251' }, `ENCODING = 'WINDOWS1251'`],
    ['snowflake', { encoding: 'LATIN9' }, `ENCODING = 'ISO885915'`],
    ['bigquery', { encoding: 'LATIN1' }, '--encoding=ISO-8859-1'],
  ] as const)('%s reads %j', (target, options, line) => {
    expect(commands(target, { format: { kind: 'csv', ...options } })).toContain(line);
  });

  test.each([
    ['redshift', { dialect: 'text' }, 'Redshift cannot load these files: backslashes'],
    ['duckdb', { dialect: 'text' }, 'DuckDB cannot load these files: backslashes'],
    ['redshift', { encoding: 'LATIN1' }, 'does not read LATIN1'],
    ['snowflake', { encoding: 'LATIN3' }, 'does not read LATIN3'],
    ['bigquery', { encoding: 'WIN1252' }, 'does not read WIN1252'],
    ['athena', { encoding: 'KOI8R' }, 'does not read KOI8R'],
    ['duckdb', { encoding: 'LATIN1' }, 'does not read LATIN1'],
    ['snowflake', { quote: '~' }, `no other quote than " or '`],
    ['athena', { escape: '\\' }, 'a quote within quotes is doubled'],
    ['redshift', { escape: '\\' }, 'a quote within quotes is doubled'],
  ] as const)('%s refuses %j, and says why', (target, options, said) => {
    const [{ name, text }] = files(target, { format: { kind: 'csv', ...options } }) as [
      { name: string; text: string },
    ];
    expect(name).toBe(`Orders-${target}.txt`);
    expect(text).toContain(said);
  });
});

test('rows without columns give no script', () => {
  expect(script('redshift', { columns: [] })).toContain('nothing to load');
});

test.each([
  [
    ['a', 'a', 'a_2'],
    ['a', 'a_2', 'a_2_2'],
  ],
  [
    ['A', 'a'],
    ['A', 'a_2'],
  ],
])('distinct names for %j', (names, distinct) => {
  expect(distinctNames(names)).toEqual(distinct);
});

test.each([
  ['Orders', 'Orders'],
  ['2020', '_2020'],
  ['受注', '_'],
  ['a-b c', 'a_b_c'],
])('a plain name for %j', (name, plain) => {
  expect(plainName(name)).toBe(plain);
});

test('no line of a comment is without its mark', () => {
  expect(comment('--', ['a\nb\u2028c\rd', 'x'.repeat(200)])).toBe(`-- a b c d\n-- ${'x'.repeat(200)}`);
});
