import { describe, expect, it } from 'vitest';
import { specFromFile } from '../../electron/cli/commands/run.ts';
import { specFromOptions, type SpecOptions } from '../../electron/cli/spec-options.ts';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';

const source = { profile: 'Demo' };
const destination = { folder: '/out' };
const specOf = (options: SpecOptions) => specFromOptions(options, source, destination);

describe('the job that options ask for', () => {
  it('has the defaults of the contract', () => {
    expect(specOf({ table: 'Orders' })).toEqual(
      extractSpecSchema.parse({ source, destination, selection: { table: { name: 'Orders' } } }),
    );
  });

  it('has everything that was said', () => {
    const spec = specOf({
      table: 's."O.x"',
      columns: 'b,"a,c"',
      where: 'b > 1',
      mode: 'full',
      csvDialect: 'python',
      delimiter: String.raw`\t`,
      header: true,
      compression: 'zstd',
      parallel: '4',
      objectSize: '64MiB',
      key: 'x/{part}.{ext}',
      overwrite: true,
      loadScripts: 'duckdb',
    });
    expect(spec).toEqual({
      version: 1,
      kind: 'extract',
      source,
      destination,
      selection: { table: { schema: 's', name: 'O.x' }, columns: ['b', 'a,c'], where: 'b > 1' },
      mode: 'full',
      format: { kind: 'csv', dialect: 'python', delimiter: '\t', header: true, nullToken: '' },
      compression: 'zstd',
      parallel: 4,
      objectSize: 64 * 1024 ** 2,
      key: 'x/{part}.{ext}',
      overwrite: true,
      loadScripts: ['duckdb'],
      acceptLossy: false,
    });
  });

  it.each(['tab', 'TAB', String.raw`\t`, '\t'])('takes %j for a tab', (delimiter) => {
    expect(specOf({ table: 'a', delimiter }).format).toMatchObject({ delimiter: '\t' });
  });

  it('can be a query as JSON Lines', () => {
    const { selection, format } = specOf({ query: 'SELECT 1', format: 'jsonl' });
    expect([selection, format]).toEqual([{ query: 'SELECT 1' }, { kind: 'jsonl' }]);
  });

  it.each<[string, RegExp]>([
    ['oracle', /--load-scripts/],
    ['duckdb,duckdb', /--load-scripts: must not name a warehouse twice/],
    ['redshift', /--load-scripts: can only be duckdb for a folder/],
  ])('refuses --load-scripts %s', (loadScripts, message) => {
    expect(() => specOf({ table: 'a', loadScripts })).toThrow(message);
  });

  it('takes every option of delimited text', () => {
    const csv = { quote: "'", escape: '\\', forceQuote: 'a,"b,c"', encoding: 'latin1', header: true };
    expect(specOf({ table: 'a', ...csv }).format).toEqual({
      kind: 'csv',
      dialect: 'postgres',
      delimiter: ',',
      nullToken: '',
      header: true,
      quote: "'",
      escape: '\\',
      forceQuote: ['a', 'b,c'],
      encoding: 'LATIN1',
    });
    expect(specOf({ table: 'a', forceQuote: 'all' }).format).toMatchObject({ forceQuote: 'all' });
    expect(specOf({ table: 'a', csvDialect: 'text' }).format).toMatchObject({
      delimiter: '\t',
      nullToken: '\\N',
    });
  });

  it.each<[SpecOptions, object]>([
    [{ rowGroupSize: '50000' }, { rowGroup: { rows: 50_000 } }],
    [{ rowGroupSize: '8MiB' }, { rowGroup: { bytes: 8 * 1024 ** 2 } }],
    [{ unboundedNumeric: 'double' }, { unboundedNumeric: 'double' }],
    [{ unboundedNumeric: '38,9' }, { unboundedNumeric: { precision: 38, scale: 9 } }],
  ])('takes %j for Parquet', (options, expected) => {
    expect(specOf({ table: 'a', format: 'parquet', ...options }).format).toEqual({
      kind: 'parquet',
      ...expected,
    });
  });

  it.each<[string, object]>([
    ['email=null', { column: 'email', mask: { kind: 'null' } }],
    ['email=constant:a=b:c', { column: 'email', mask: { kind: 'constant', text: 'a=b:c' } }],
    ['email=constant:', { column: 'email', mask: { kind: 'constant', text: '' } }],
    ['email=sha256', { column: 'email', mask: { kind: 'sha256' } }],
    ['email=keep-last:4', { column: 'email', mask: { kind: 'keepLast', count: 4 } }],
    ['born=month', { column: 'born', mask: { kind: 'truncateDate', to: 'month' } }],
    ['"a=""b"=year', { column: 'a="b', mask: { kind: 'truncateDate', to: 'year' } }],
  ])('takes --mask %s', (mask, expected) => {
    expect(specOf({ table: 'a', mask: [mask] }).selection).toMatchObject({ masks: [expected] });
  });

  it.each([
    'email',
    '=null',
    'email=',
    'email=md5',
    'email=keep-last:0',
    'email=keep-last',
    'email=year:1',
    'email=constant',
  ])('refuses --mask %s', (mask) => {
    expect(() => specOf({ table: 'a', mask: [mask] })).toThrow(/^--mask/);
  });

  it('does not repeat the text of a constant that it cannot read', () => {
    expect(() => specOf({ table: 'a', mask: ['"half constant:secret'] })).toThrow(/^(?!.*secret)--mask/);
  });

  it.each<[SpecOptions, string, RegExp]>([
    [{ query: 'b', mask: ['c=null'] }, 'CONFIG_USAGE', /--mask/],
    [{ table: 'a', mask: ['c=null', 'c=year'] }, 'CONFIG_INVALID_INPUT', /^--mask: must name a column once/],
    [{ table: 'a', quote: ',' }, 'CONFIG_INVALID_INPUT', /^--quote: must not be the delimiter/],
    [{ table: 'a', quote: '""' }, 'CONFIG_INVALID_INPUT', /^--quote: must be one/],
    [{ table: 'a', quote: '-', null: '-' }, 'CONFIG_INVALID_INPUT', /^--null: must not contain the quote/],
    [
      { table: 'a', csvDialect: 'text', forceQuote: 'all' },
      'CONFIG_INVALID_INPUT',
      /^--force-quote: goes with/,
    ],
    [
      { table: 'a', csvDialect: 'python', encoding: 'LATIN1' },
      'CONFIG_INVALID_INPUT',
      /^--encoding: must be/,
    ],
    [{ table: 'a', encoding: 'EBCDIC' }, 'CONFIG_INVALID_INPUT', /^--encoding: /],
    [{ table: 'a', format: 'jsonl', quote: "'" }, 'CONFIG_USAGE', /--format csv only/],
    [{ table: 'a', rowGroupSize: '5' }, 'CONFIG_USAGE', /--format parquet only/],
    [
      { table: 'a', format: 'parquet', rowGroupSize: '1KiB' },
      'CONFIG_INVALID_INPUT',
      /^--row-group-size: must/,
    ],
    [{ table: 'a', format: 'parquet', rowGroupSize: '0' }, 'CONFIG_USAGE', /^--row-group-size: /],
    [{ table: 'a', format: 'parquet', unboundedNumeric: 'float' }, 'CONFIG_USAGE', /^--unbounded-numeric: /],
    [
      { table: 'a', format: 'parquet', unboundedNumeric: '5,9' },
      'CONFIG_INVALID_INPUT',
      /^--unbounded-numeric: /,
    ],
    [
      { table: 'a', format: 'parquet', unboundedNumeric: '39,9' },
      'CONFIG_INVALID_INPUT',
      /^--unbounded-numeric: /,
    ],
    [{}, 'CONFIG_USAGE', /--table .* --query/],
    [{ table: 'a', query: 'b' }, 'CONFIG_USAGE', /--table .* --query/],
    [{ query: 'b', where: 'c' }, 'CONFIG_USAGE', /--where/],
    [{ query: 'b', columns: 'c' }, 'CONFIG_USAGE', /--columns/],
    [{ table: 'a', format: 'xml' }, 'CONFIG_USAGE', /--format: "xml"/],
    [{ table: 'a', format: 'jsonl', header: true }, 'CONFIG_USAGE', /--format csv only/],
    [{ table: 'a', mode: 'half' }, 'CONFIG_USAGE', /--mode: "half"/],
    [{ table: 'a', parallel: '0' }, 'CONFIG_USAGE', /--parallel/],
    [{ table: 'a', format: 'parquet', header: true }, 'CONFIG_USAGE', /--format csv only/],
    [{ table: 'a', mode: 'incremental' }, 'CONFIG_USAGE', /needs --watermark/],
    [{ table: 'a', watermark: 'LastUpdated' }, 'CONFIG_USAGE', /--mode incremental/],
    [{ table: 'a', delimiter: 'xx' }, 'CONFIG_INVALID_INPUT', /^--delimiter: must be one/],
    [{ table: 'a', csvDialect: 'excel' }, 'CONFIG_INVALID_INPUT', /^--csv-dialect: /],
    [{ table: 'a', csvDialect: 'python', null: 'x' }, 'CONFIG_INVALID_INPUT', /^--null: must be empty/],
    [{ table: 'a', null: 'a"b' }, 'CONFIG_INVALID_INPUT', /^--null: must not contain quotes/],
    [{ table: 'a', compression: 'rar' }, 'CONFIG_INVALID_INPUT', /^--compression: /],
    [{ table: 'a', objectSize: '1MB' }, 'CONFIG_INVALID_INPUT', /^--object-size: must be at least/],
    [{ table: 'a', key: '{nope}' }, 'CONFIG_INVALID_INPUT', /^--key: has an unknown field/],
    [{ table: 'a', where: '  ' }, 'CONFIG_INVALID_INPUT', /^--where: must not be empty/],
    [{ query: ' ' }, 'CONFIG_INVALID_INPUT', /^--query: must not be empty/],
    [{ table: 'a'.repeat(300) }, 'CONFIG_INVALID_INPUT', /^--table: must be at most/],
    [{ table: 'a', columns: `b,${'c'.repeat(300)}` }, 'CONFIG_INVALID_INPUT', /^--columns/],
  ])('refuses %j and names the option', (options, code, message) => {
    expect(() => specOf(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('names the option for a bad bucket', () => {
    const s3 = {
      bucket: 'No',
      prefix: '',
      region: 'r',
      pathStyle: false,
      credentials: { kind: 'default' },
    } as const;
    expect(() => specFromOptions({ table: 'a' }, source, { s3 })).toThrow(
      /^--s3 \(bucket\): must be 3 to 63/,
    );
  });
});

describe('a job from a file', () => {
  const job = { source, selection: { table: { name: 'Orders' } }, destination: { folder: 'out' } };

  it('is read with its defaults, and its folder is one of the current folder', () => {
    expect(specFromFile(JSON.stringify(job), 'job.json', '/here')).toEqual(
      extractSpecSchema.parse({ ...job, destination: { folder: '/here/out' } }),
    );
  });

  it.each([
    ['{', /^job.json is not JSON$/],
    ['[]', /^job.json: /],
    [JSON.stringify({ ...job, source: {} }), /^job.json: source/],
    [JSON.stringify({ ...job, password: 'x' }), /^job.json: .*password/],
    [JSON.stringify({ ...job, mode: 'incremental' }), /^job.json: watermark: /],
  ])('that is wrong names file and field: %s', (text, message) => {
    expect(() => specFromFile(text, 'job.json', '/here')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID_INPUT', message: expect.stringMatching(message) }),
    );
  });
});
