import { describe, expect, it } from 'vitest';
import { CALLS } from '../../electron/contract/calls.ts';
import type { Relation } from '../../electron/contract/relation.ts';
import { effectsOf } from '../../renderer/features/extract/effects.ts';
import { specOf } from '../../renderer/features/extract/extract-job.ts';
import { fieldOfPath, problemsOf } from '../../renderer/features/extract/extract-problems.ts';
import { firstValues, withKind, type ExtractValues } from '../../renderer/features/extract/extract-values.ts';
import { withDialect } from '../../renderer/features/extract/text-options.ts';
import { folderRoot } from '../../renderer/features/extract/folder-place.ts';
import { valuesOfSpec } from '../../renderer/features/extract/values-of-spec.ts';
import { jobFileName, jobFileText } from '../../renderer/features/extract/job-file.ts';
import { exampleUri } from '../../renderer/features/extract/key-example.ts';

const names = {
  connection: 'Demo',
  destination: 'Bucket',
  relation: { schema: 'public', name: 'Orders' },
};
const first = firstValues('d1');
const with_ = (part: Partial<ExtractValues>): ExtractValues => ({ ...first, ...part });

describe('the job of the dialog', () => {
  it('can be started as the dialog opens', () => {
    expect(problemsOf(first)).toEqual({});
    const parsed = CALLS['jobs.start'].input.parse({ spec: specOf(first, names) });
    expect(parsed.spec).toEqual(specOf(first, names));
  });

  it('carries what was chosen', () => {
    const values = with_({ columns: ['b', 'a'], where: '  "a" > 1 ', compression: 'zstd', overwrite: true });
    expect(specOf(values, names)).toMatchObject({
      selection: { table: { schema: 'public', name: 'Orders' }, columns: ['b', 'a'], where: '"a" > 1' },
      compression: 'zstd',
      overwrite: true,
    });
    expect(specOf(with_({ kind: 'jsonl', header: true }), names).format).toEqual({ kind: 'jsonl' });
    expect(specOf(with_({ objectMB: ' 64 ', parallel: '4' }), names)).toMatchObject({
      objectSize: 64_000_000,
      parallel: 4,
    });
  });

  it('reads a query in the place of a table, once one is written', () => {
    const values = with_({ query: ' SELECT 1 ', columns: ['a'], where: 'a > 1' });
    expect(problemsOf(values)).toEqual({});
    expect(specOf(values, names).selection).toEqual({ query: 'SELECT 1' });
    expect(problemsOf(with_({ query: ' ' }))).toEqual({ query: 'Write what is to be read.' });
    expect(fieldOfPath('selection.query')).toBe('query');
  });

  it('asks the server for no more than was allowed', () => {
    const values = with_({ bandwidthMB: '0.5', statementTimeout: '0', lockTimeout: '2.5' });
    expect(specOf(values, names).politeness).toEqual({
      bandwidth: 500_000,
      statementTimeoutMs: 0,
      lockTimeoutMs: 2_500,
    });
    expect(specOf(first, names)).not.toHaveProperty('politeness');
    // One connection reads then, whatever was typed before.
    const polite = specOf(with_({ lowPriority: true, parallel: '99' }), names);
    expect([polite.politeness, polite.parallel]).toEqual([{ lowPriority: true }, undefined]);
    expect(problemsOf(with_({ lowPriority: true, parallel: '99' }))).toEqual({});
  });

  it('labels the objects, and brings the scripts that load them', () => {
    const values = with_({ tags: ' team = data \n\nq=a=b', loadScripts: ['duckdb'] });
    expect(specOf(values, names)).toMatchObject({
      tags: { team: 'data', q: 'a=b' },
      loadScripts: ['duckdb'],
    });
  });

  it('changes the delimiter with the dialect, unless it was chosen', () => {
    expect(withDialect(first, 'python').delimiter).toBe('|');
    expect(withDialect(withDialect(first, 'python'), 'postgres').delimiter).toBe(',');
    expect(withDialect(with_({ delimiter: ';' }), 'python').delimiter).toBe(';');
    expect(withDialect(with_({ nullToken: '\\N' }), 'python').nullToken).toBe('');
    expect(withDialect(first, 'text')).toMatchObject({ delimiter: '\t', nullToken: '\\N' });
    expect(withDialect(withDialect(first, 'text'), 'postgres')).toEqual(first);
  });

  it('changes the compression with the format, unless it was chosen', () => {
    expect(withKind(first, 'parquet')).toMatchObject({ kind: 'parquet', compression: 'zstd' });
    expect(withKind(withKind(first, 'parquet'), 'csv').compression).toBe('none');
    expect(withKind(with_({ compression: 'gzip' }), 'parquet').compression).toBe('gzip');
    expect(specOf(withKind(first, 'parquet'), names).format).toEqual({ kind: 'parquet' });
  });

  it.each<[string, Partial<ExtractValues>, object]>([
    ['no destination', { destinationId: undefined }, { destination: 'Choose a destination, or add one.' }],
    ['an empty key', { key: ' ' }, { key: 'Must not be empty' }],
    ['a brace too many', { key: 'a}b' }, { key: 'Has a brace without its partner' }],
    [
      'one key for several objects',
      { key: 'a.csv', objectMB: '64' },
      { key: 'Must contain {part}, because the run writes several objects' },
    ],
    [
      'an object too small for S3',
      { objectMB: '5' },
      { objectMB: expect.stringMatching(/^Must be from 6 to [\d,]+ MB$/) },
    ],
    [
      'a size that is no number',
      { objectMB: '1e3' },
      { objectMB: expect.stringMatching(/^Must be from 6 to [\d,]+ MB$/) },
    ],
    ['rows in words', { objectRows: 'many' }, { objectRows: 'Must be a whole number' }],
    ['too many connections', { parallel: '33' }, { parallel: 'Must be from 1 to 32' }],
    ['connections in words', { parallel: 'two' }, { parallel: 'Must be from 1 to 32' }],
    [
      'a bandwidth of nothing',
      { bandwidthMB: '0' },
      { bandwidthMB: 'Must be a number from 0.002 to 1,000,000' },
    ],
    ['a timeout in words', { lockTimeout: '5s' }, { lockTimeout: 'Must be a number of seconds' }],
    ['a tag without a value', { tags: 'team' }, { tags: '“team” is not of the form name=value' }],
    ['a tag twice', { tags: 'a=1\na=2' }, { tags: 'a is there twice' }],
    [
      'metadata that is ours',
      { metadata: 'sluice-x=1' },
      { metadata: 'Must not begin with sluice-, which Sluice uses itself' },
    ],
    ['no column', { columns: [] }, { columns: 'Choose at least one column.' }],
    [
      'the delimiter in the NULL token',
      { nullToken: 'a,b' },
      { nullToken: 'Must not contain the delimiter' },
    ],
    [
      'a delimiter of no use',
      { delimiter: '"' },
      { delimiter: 'Must not be a quote, backslash, dot, letter or digit' },
    ],
  ])('says at its field what is wrong: %s', (_, part, expected) => {
    expect(problemsOf(with_(part))).toEqual(expected);
  });

  it('does not mind the delimiter of a format that has none', () => {
    expect(problemsOf(with_({ kind: 'jsonl', delimiter: '' }))).toEqual({});
  });

  it('finds the field that the engine names', () => {
    expect(fieldOfPath('spec.format.nullToken')).toBe('nullToken');
    expect(fieldOfPath('spec.selection.columns.3')).toBe('columns');
    expect(fieldOfPath('spec.source.profile')).toBeUndefined();
  });

  it('is saved under a name that every system takes', () => {
    expect(jobFileName({ schema: 'öffentlich', name: 'a/b:c "d"' })).toBe('öffentlich.a_b_c_d_.job.json');
    expect(JSON.parse(jobFileText(specOf(first, names)))).toEqual(specOf(first, names));
  });
});

describe('a folder of this computer', () => {
  const folder = '/home/me/extracts';

  it('takes the place of the destination, which need not be there', () => {
    const values = { ...with_({ folder: ` ${folder}/ ` }), destinationId: undefined };
    expect(problemsOf(values)).toEqual({});
    expect(specOf(values, names).destination).toEqual({ folder: `${folder}/` });
    expect(specOf(with_({ folder: undefined }), names).destination).toEqual({ profile: 'Bucket' });
  });

  it.each(['/', '/srv/lake', 'C:\\lake', 'd:/lake', '\\\\server\\share'])('can be %s', (path) => {
    expect(problemsOf(with_({ folder: path }))).toEqual({});
  });

  it.each(['', '  ', 'extracts', './x', '~/x', 'C:lake', 's3://b/p'])('cannot be "%s"', (path) => {
    expect(problemsOf(with_({ folder: path }))).toHaveProperty('destination');
  });

  it('has nothing that only a bucket has', () => {
    const tagged = with_({ folder, tags: 'team=data' });
    expect(problemsOf(tagged).destination).toContain('Must be S3 when tags');
    const loaded = with_({ folder, loadScripts: ['duckdb', 'redshift'] });
    expect(problemsOf(loaded).loadScripts).toBe('Of the load scripts only DuckDB reads a folder');
    expect(problemsOf(with_({ folder, loadScripts: ['duckdb'] }))).toEqual({});
  });

  it('comes back from a saved job', () => {
    const values = with_({ folder, compression: 'gzip' });
    expect(valuesOfSpec(specOf(values, names), undefined)).toEqual({ ...values, destinationId: undefined });
  });

  it('stands before the key', () => {
    const root = { uri: folderRoot(`${folder}/`), prefix: '' };
    const place = { database: 'shop', relation: names.relation, root };
    expect(exampleUri(with_({ key: '{table}.{ext}' }), place, new Date())).toBe(`${folder}/Orders.csv`);
  });
});

describe('the example of a key', () => {
  const place = { database: 'shop', relation: names.relation, root: { uri: 's3://b', prefix: 'p' } };
  const now = new Date('2026-11-22T09:30:00.123Z');

  it('is what the engine would write', () => {
    expect(exampleUri(with_({ compression: 'gzip' }), place, now)).toBe(
      's3://b/p/public/Orders/20261122T093000Z-4f3a9c21/part-00001.csv.gz',
    );
  });

  it('is missing while the template is wrong, or the key too long', () => {
    expect(exampleUri(with_({ key: '{nope}' }), place, now)).toBeUndefined();
    expect(exampleUri(with_({ key: `{table}${'é'.repeat(600)}` }), place, now)).toBeUndefined();
  });
});

describe('what will happen', () => {
  const relation: Relation = {
    ...names.relation,
    kind: 'table',
    estimatedRows: 1_000_000,
    bytes: null,
    readable: true,
    partitionOf: null,
    comment: null,
  };
  const textOf = (values: ExtractValues, rows: number | null = 1_000_000) =>
    effectsOf(values, {
      relation: { ...relation, estimatedRows: rows },
      columnCount: 12,
      place: 's3://b/p',
      workers: undefined,
    })
      .map(({ text }) => text)
      .join(' ');

  it('names rows, columns, place, and what keeps objects safe', () => {
    expect(textOf(first)).toContain(
      'All rows of public.Orders, about 1,000,000 rows (estimated). All columns.',
    );
    expect(textOf(first)).toContain(
      'An object for each range in s3://b/p. A table that is not large is one range.',
    );
    expect(textOf(first)).toContain('The run id makes keys new');
    expect(textOf(with_({ key: '{run_id}.csv' }))).toContain('One object in s3://b/p. The run id');
    expect(textOf(with_({ columns: ['a', 'b'] }))).toContain('2 of 12 columns.');
  });

  it('does not promise numbers that nobody knows', () => {
    expect(textOf(first, null)).toContain('All rows of public.Orders. All');
    expect(textOf(with_({ where: 'x' }))).toContain('at most about 1,000,000 rows');
    expect(textOf(with_({ where: 'x' }), null)).toContain(
      'The rows of public.Orders that the filter selects. All',
    );
  });

  it('says what becomes of NULL', () => {
    expect(textOf(first)).toContain('NULL is written as nothing, the empty text as "".');
    expect(textOf(with_({ nullToken: '\\N' }))).toContain('NULL is written as \\N;');
    expect(textOf(withDialect(first, 'python'))).toContain('a reader cannot tell them apart');
    expect(textOf(with_({ kind: 'jsonl' }))).toContain('NULL is null.');
  });

  it('warns before an object is replaced, and says when it is not', () => {
    expect(textOf(with_({ key: 'a.csv' }))).toContain('The run is refused if there is one');
    expect(textOf(with_({ key: 'a.csv', overwrite: true }))).toContain('is replaced');
  });
});
