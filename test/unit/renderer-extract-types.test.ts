import { describe, expect, it } from 'vitest';
import type { TypeNote, TypeReport } from '../../electron/contract/type-report.ts';
import { planSpecOf, specOf } from '../../renderer/features/extract/extract-job.ts';
import { fieldOfPath, problemsOf } from '../../renderer/features/extract/extract-problems.ts';
import { firstValues, withKind, type ExtractValues } from '../../renderer/features/extract/extract-values.ts';
import {
  MASK_OPTIONS,
  maskOfOption,
  maskOptionsFor,
  optionOfMask,
  withMask,
} from '../../renderer/features/extract/masks.ts';
import {
  hasLosses,
  notedColumns,
  refusalTexts,
  typeSummary,
  withCountsOf,
} from '../../renderer/features/extract/type-summary.ts';

const relation = { schema: 'public', name: 'Orders' };
const names = { connection: 'Demo', destination: 'Bucket', relation };
const first = firstValues('d1');
const with_ = (part: Partial<ExtractValues>): ExtractValues => ({ ...first, ...part });
const formatOf = (part: Partial<ExtractValues>) => specOf(with_(part), names).format;

describe('options of a format', () => {
  it('are left out where they say what the format does by itself', () => {
    expect(formatOf({ quote: '"', escape: '', encoding: 'UTF8' })).toEqual(formatOf({}));
    expect(formatOf({ kind: 'parquet' })).toEqual({ kind: 'parquet' });
  });

  it('go with the dialect that has them', () => {
    const chosen = { quote: "'", escape: '\\', forceQuote: 'all', encoding: 'LATIN1' } as const;
    expect(formatOf(chosen)).toMatchObject(chosen);
    expect(formatOf({ ...chosen, dialect: 'text' })).toMatchObject({ encoding: 'LATIN1' });
    expect(formatOf({ ...chosen, dialect: 'text' })).not.toHaveProperty('quote');
    expect(formatOf({ ...chosen, dialect: 'python' })).not.toHaveProperty('encoding');
  });

  it('of Parquet are those that were typed', () => {
    const parquet = withKind(first, 'parquet');
    expect(
      formatOf({ ...parquet, rowGroup: '5000', numericAs: 'decimal', precision: '20', scale: '4' }),
    ).toEqual({ kind: 'parquet', rowGroup: { rows: 5_000 }, unboundedNumeric: { precision: 20, scale: 4 } });
    expect(formatOf({ ...parquet, rowGroup: '64', rowGroupIn: 'MB', numericAs: 'double' })).toEqual({
      kind: 'parquet',
      rowGroup: { bytes: 64_000_000 },
      unboundedNumeric: 'double',
    });
  });

  it.each<[string, Partial<ExtractValues>, object]>([
    ['the quote', { quote: ',' }, { quote: 'Must not be the delimiter' }],
    ['a row group', { kind: 'parquet', rowGroup: '0' }, { rowGroup: 'Must be from 1 to 10,000,000' }],
    [
      'the scale',
      { kind: 'parquet', numericAs: 'decimal', precision: '4', scale: '5' },
      { precision: 'The scale must be from 0 to the precision' },
    ],
    [
      'a mask',
      { masks: { card: { kind: 'keepLast', count: '0' } } },
      { masks: 'card: the last 1 to 100 characters can be kept' },
    ],
  ])('say at their field what is wrong: %s', (_, part, expected) => {
    expect(problemsOf(with_(part))).toEqual(expected);
  });
});

describe('masks', () => {
  it('are in the job for the columns that are read', () => {
    const masks = { a: { kind: 'sha256' }, b: { kind: 'keepLast', count: '4' } } as const;
    expect(specOf(with_({ masks, columns: ['b', 'c'] }), names).selection).toMatchObject({
      masks: [{ column: 'b', mask: { kind: 'keepLast', count: 4 } }],
    });
    expect(specOf(with_({ masks: {}, columns: ['b'] }), names).selection).not.toHaveProperty('masks');
  });

  it('come from the list and go back to it', () => {
    for (const { value } of MASK_OPTIONS) expect(optionOfMask(maskOfOption(value))).toBe(value);
    const masked = withMask({}, 'a', { kind: 'null' });
    expect(withMask(masked, 'a', undefined)).toEqual({});
  });

  it.each<[string, string[]]>([
    ['text', ['keepLast']],
    ['bigint', ['keepLast']],
    ['date', ['truncate-year', 'truncate-month', 'truncate-day']],
    ['timestamp with time zone', ['truncate-year', 'truncate-month', 'truncate-day']],
    ['time without time zone', []],
    ['date[]', []],
    ['jsonb', []],
    ['a_domain', ['keepLast', 'truncate-year', 'truncate-month', 'truncate-day']],
  ])('that cannot suit %s are not offered', (type, some) => {
    expect(maskOptionsFor(type).map(({ value }) => value)).toEqual([
      'none',
      'null',
      'constant',
      'sha256',
      ...some,
    ]);
  });

  it('are where the engine finds something wrong with them', () => {
    expect(fieldOfPath('selection.masks.0.mask.text')).toBe('masks');
  });
});

describe('the job that types depend on', () => {
  it('is the same whatever becomes of the objects', () => {
    const other = with_({
      key: 'x-{part}',
      objectMB: '64',
      tags: 'a=1',
      overwrite: true,
      destinationId: 'd2',
    });
    expect(planSpecOf(other, 'Demo', relation)).toEqual(planSpecOf(first, 'Demo', relation));
    expect(planSpecOf(with_({ key: 'one.csv' }), 'Demo', relation)).not.toEqual(
      planSpecOf(first, 'Demo', relation),
    );
    expect(planSpecOf(with_({ where: 'x' }), 'Demo', relation)).not.toEqual(
      planSpecOf(first, 'Demo', relation),
    );
  });

  it('is not asked about while it is wrong', () => {
    expect(planSpecOf(with_({ delimiter: '' }), 'Demo', relation)).toBeUndefined();
    expect(planSpecOf(with_({ columns: [] }), 'Demo', relation)).toBeUndefined();
  });
});

describe('a type report', () => {
  const note = (text: string, severity: TypeNote['severity'], count: number | null = null): TypeNote => ({
    text,
    severity,
    count,
  });
  const report = (part: Partial<TypeReport>): TypeReport => ({
    relation,
    columns: [],
    estimatedRows: null,
    workers: 1,
    warnings: [],
    refusals: [],
    counted: false,
    ...part,
  });
  const column = (name: string, ...notes: TypeNote[]) => ({ name, type: 't', target: 'u', notes });
  const [plain, noted, lossy] = [
    column('plain'),
    column('noted', note('kept', 'note')),
    column('lossy', note('NaN', 'lossy')),
  ];

  it('is told in a sentence, what is lost first', () => {
    expect(typeSummary(report({ columns: [plain] }))).toBe('The column keeps every value.');
    expect(typeSummary(report({ columns: [plain, noted] }))).toBe(
      'All 2 columns keep every value, 1 with a note.',
    );
    const all = report({ columns: [plain, noted, lossy] });
    expect(typeSummary(all)).toBe('1 of 3 columns can lose something, 1 with a note.');
    expect(notedColumns(all).map(({ name }) => name)).toEqual(['lossy', 'noted']);
    expect([hasLosses(all), hasLosses(report({ columns: [plain, noted] }))]).toEqual([true, false]);
  });

  it('has nothing to lose where the values were counted and are not there', () => {
    const counted = report({ columns: [column('a', note('NaN', 'lossy', 0))], counted: true });
    expect(typeSummary(counted)).toBe('The column keeps every value.');
    expect(hasLosses(counted)).toBe(false);
    const some = report({ columns: [column('a', note('NaN', 'lossy', 3))], counted: true });
    expect(typeSummary(some)).toBe('1 of 1 column loses something.');
  });

  it('keeps its counts when losses are accepted, whatever the notes say then', () => {
    const counted = report({ columns: [column('a', note('ends the run', 'lossy', 3))], counted: true });
    const accepted = report({ columns: [column('a', note('becomes NULL', 'lossy'))] });
    expect(withCountsOf(counted, accepted)).toEqual(
      report({ columns: [column('a', note('becomes NULL', 'lossy', 3))], counted: true }),
    );
    const other = report({ columns: [column('b', note('becomes NULL', 'lossy'))] });
    expect(withCountsOf(counted, other)).toBe(other);
  });

  it('names what would be refused, and does not go on for a page', () => {
    const at = (when: 'start' | 'value', n: number) => ({
      column: `c${n}`,
      reason: 'no',
      when,
      acceptable: true,
    });
    const refusals = [...Array.from({ length: 6 }, (_, n) => at('start', n)), at('value', 9)];
    expect(refusalTexts(report({ refusals }))).toEqual([
      'c0: no',
      'c1: no',
      'c2: no',
      'c3: no',
      '2 more columns would be refused.',
      'The run would end at the first value that is lost.',
    ]);
    expect(hasLosses(report({ refusals }))).toBe(true);
  });
});
