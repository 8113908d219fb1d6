/** The part of the dialog that makes a job incremental. */
import { describe, expect, test } from 'vitest';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import type { Column } from '../../electron/contract/relation.ts';
import type { WatermarkLook } from '../../electron/contract/watermark-look.ts';
import { specOf } from '../../renderer/features/extract/extract-job.ts';
import { fieldOfPath, problemsOf } from '../../renderer/features/extract/extract-problems.ts';
import { firstValues, type ExtractValues } from '../../renderer/features/extract/extract-values.ts';
import { costText, nullsText, promiseText, rowsText } from '../../renderer/features/extract/look-text.ts';
import { withPreset } from '../../renderer/features/extract/presets.ts';
import { valuesOfSpec } from '../../renderer/features/extract/values-of-spec.ts';
import { likelyWatermark, whyUnfit } from '../../renderer/features/extract/watermark-values.ts';
import { afterEvent, afterLook, markedTitle } from '../../renderer/state/failed-runs.ts';
import type { Run } from '../../electron/contract/run.ts';

const names = { connection: 'Shop', destination: 'Lake', relation: { schema: 'public', name: 'Orders' } };
const incremental: ExtractValues = {
  ...firstValues('d1'),
  mode: 'incremental',
  watermarkColumn: 'LastUpdated',
};

describe('the job', () => {
  test('is exact by default, under the name of the table', () => {
    expect(extractSpecSchema.parse(specOf(incremental, names))).toMatchObject({
      name: 'public.Orders',
      mode: 'incremental',
      watermark: { column: 'LastUpdated', mode: 'exact', nulls: 'include' },
    });
  });

  test('says no more than was chosen', () => {
    const { watermark } = specOf(
      { ...incremental, watermarkMode: 'greater', margin: '2 hours', lookback: '1 day', takesNulls: false },
      names,
    );
    expect(watermark).toEqual({ column: 'LastUpdated', mode: 'greater', nulls: 'skip' });
    expect(specOf({ ...incremental, marginLifted: true }, names).watermark).toMatchObject({
      margin: 'unbounded',
    });
  });

  test('overwrites nothing and resumes nothing, whatever was chosen before', () => {
    const spec = specOf({ ...incremental, overwrite: true, recovery: 'resume' }, names);
    expect(extractSpecSchema.safeParse(spec).success).toBe(true);
  });
});

describe('what is wrong', () => {
  test.each([
    [{ watermarkColumn: '' }, 'watermark', /Choose the column/],
    [{ margin: 'a while' }, 'margin', /Must be a time such as/],
    [{ watermarkMode: 'lookback', lookback: '-1' }, 'lookback', /Must be a time such as/],
    [{ jobName: 'a/b' }, 'jobName', /Must begin with a letter/],
    [{ key: '{table}.{ext}' }, 'key', /run_id/],
    [{ masks: { LastUpdated: { kind: 'null' } } }, 'watermark', /must not be masked/i],
  ] as const)('%j', (change, field, message) => {
    expect(problemsOf({ ...incremental, ...(change as Partial<ExtractValues>) })[field]).toMatch(message);
  });

  test('is put where the engine says that it is', () => {
    expect(fieldOfPath('watermark.margin')).toBe('margin');
    expect(fieldOfPath('spec.name')).toBe('jobName');
    expect(fieldOfPath('watermark.mode')).toBe('watermark');
  });
});

describe('a saved job comes back into the dialog as it was', () => {
  const changes: readonly Partial<ExtractValues>[] = [
    {},
    { mode: 'full', jobName: '' },
    { mode: 'full', jobName: 'all orders', overwrite: true, recovery: 'resume', key: 'x/{part}' },
    { jobName: 'orders', watermarkMode: 'lookback', lookback: '2h', takesNulls: false },
    { marginLifted: true, columns: ['a', 'LastUpdated'], where: 'a > 1' },
    { kind: 'jsonl', compression: 'gzip', objectMB: '128', objectRows: '5', parallel: '4' },
    {
      kind: 'parquet',
      compression: 'zstd',
      rowGroup: '1000',
      numericAs: 'decimal',
      precision: '20',
      scale: '4',
    },
    { kind: 'parquet', compression: 'zstd', rowGroup: '64', rowGroupIn: 'MB', numericAs: 'double' },
    { dialect: 'text', delimiter: '\t', nullToken: '\\N', encoding: 'LATIN1' },
    { quote: '!', escape: '^', forceQuote: 'all', header: true },
    {
      masks: {
        a: { kind: 'keepLast', count: '4' },
        b: { kind: 'constant', text: 'x' },
        c: { kind: 'sha256' },
      },
    },
    { tags: 'team=data\nx=y', metadata: 'a=b', loadScripts: ['duckdb', 'redshift'], acceptLossy: true },
    { folder: '/srv/lake' },
    { lowPriority: true, bandwidthMB: '2.5', statementTimeout: '60', lockTimeout: '0.5' },
    {
      partitionColumn: 'd',
      partitionAs: 'dt',
      partitionUnit: 'day',
      key: '{partition}/{run_id}/part-{part}.{ext}',
    },
    withPreset(incremental, 'athena'),
    withPreset(incremental, 'redshift'),
  ];
  test.each(changes)('%j', (change) => {
    const spec = extractSpecSchema.parse(specOf({ ...incremental, ...change }, names));
    const values = valuesOfSpec(spec, 'd1');
    expect(values).toBeDefined();
    expect(extractSpecSchema.parse(specOf(values!, names))).toEqual(spec);
  });

  const BUCKET = {
    bucket: 'lake',
    prefix: '',
    region: 'eu-west-1',
    pathStyle: false,
    credentials: { kind: 'default' },
  };
  test.each([
    ['a query', { selection: { query: 'SELECT 1' }, mode: 'full', watermark: undefined }],
    ['a bucket that is no profile', { destination: { s3: BUCKET } }],
    ['quotes for some columns', { format: { kind: 'csv', forceQuote: ['a'] } }],
    ['a range', { watermark: { column: 'LastUpdated', range: { from: '1' } } }],
  ])('but not one with what the dialog does not have: %s', (_, change) => {
    const { watermark, ...rest } = { ...specOf(incremental, names), ...change };
    const spec = extractSpecSchema.parse(watermark === undefined ? rest : { ...rest, watermark });
    expect(valuesOfSpec(spec, 'd1')).toBeUndefined();
  });
});

describe('the column', () => {
  const column = (name: string, watermark: Column['watermark'], indexed = false): Column => ({
    name,
    type: watermark === null ? 'jsonb' : 'x',
    nullable: true,
    keyPosition: null,
    default: null,
    generated: false,
    comment: null,
    readable: true,
    indexed,
    watermark,
  });
  test.each([
    [[column('id', 'integer', true), column('LastUpdated', 'local')], 'LastUpdated'],
    [[column('created_at', 'instant', true), column('modified', 'instant')], 'created_at'],
    [[column('payload', null), column('id', 'integer')], 'id'],
    [[column('payload', null)], undefined],
  ])('that is most likely meant', (columns, name) => {
    expect(likelyWatermark(columns)?.name).toBe(name);
  });

  test('that does not fit says why', () => {
    expect(whyUnfit(column('payload', null))).toMatch(/jsonb has no order/);
    expect(whyUnfit(column('id', 'integer'))).toBeUndefined();
  });
});

describe('the next run in words', () => {
  const look: WatermarkLook = {
    job: 'orders',
    pass: 'incremental',
    promise: 'exactly-once',
    reasons: [],
    assumes: [],
    warnings: [],
    from: '5',
    fromAt: '2026-01-01T00:00:00Z',
    rows: 3,
    estimatedRows: 2.6,
    nulls: 2,
    indexed: false,
    cost: 12_345.6,
    sessions: [],
  };
  test.each([
    [{}, /^3 rows, what is new since the run of /],
    [{ rows: 0 }, /^No row is new\.$/],
    [{ rows: null }, /^About 3 rows \(estimated\), what is new/],
    [{ pass: 'full', fromAt: null, rows: 1 }, /^1 row: the first run takes all\.$/],
    [{ pass: 'full' }, /^3 rows: this run takes all\.$/],
  ] as const)('%j', (change, text) => {
    expect(rowsText({ ...look, ...change })).toMatch(text);
  });

  test('with what it promises, the rows without a value, and the cost', () => {
    expect(promiseText({ promise: 'may-repeat', reasons: ['it was restored'] })).toBe(
      'May repeat, cannot skip, because it was restored.',
    );
    expect(nullsText(look, 'x', false)).toBe('2 rows have no value in x. They are left out.');
    expect(costText(look)).toBe('The plan’s cost is 12,346.');
  });
});

describe('runs that failed while nobody looked', () => {
  const run = (id: string, code?: string) =>
    ({
      type: 'run',
      run: {
        id,
        state: code === undefined ? { tag: 'succeeded' } : { tag: 'failed', error: { code } },
      } as Run,
    }) as const;
  test('are counted until they are seen; one that found its job held is none', () => {
    let unseen: ReadonlySet<string> = new Set();
    unseen = afterEvent(unseen, run('a', 'SOURCE_UNREACHABLE'));
    unseen = afterEvent(unseen, run('a', 'SOURCE_UNREACHABLE'));
    unseen = afterEvent(unseen, run('b', 'DEST_UNREACHABLE'));
    unseen = afterEvent(unseen, run('c', 'DEST_JOB_HELD'));
    unseen = afterEvent(unseen, run('d'));
    expect(markedTitle('Jobs – Sluice', unseen.size)).toBe('(2) Jobs – Sluice');
    unseen = afterLook(unseen, { screen: 'run', runId: 'b' });
    expect([...unseen]).toEqual(['a']);
    expect(afterLook(unseen, { screen: 'jobs' })).toBe(unseen);
    expect(markedTitle('Runs – Sluice', afterLook(unseen, { screen: 'runs' }).size)).toBe('Runs – Sluice');
  });
});
