import { describe, expect, it } from 'vitest';
import { CALLS } from '../../electron/contract/calls.ts';
import { specOf } from '../../renderer/features/extract/extract-job.ts';
import { problemsOf } from '../../renderer/features/extract/extract-problems.ts';
import { firstValues, withKind, type ExtractValues } from '../../renderer/features/extract/extract-values.ts';
import { exampleUri } from '../../renderer/features/extract/key-example.ts';
import { changesFrom, PRESETS, withPreset, type PresetId } from '../../renderer/features/extract/presets.ts';
import { SECTION_OF, SECTIONS, summariesOf } from '../../renderer/features/extract/sections.ts';

const first = firstValues('d1');
const relation = { schema: 'public', name: 'Orders' };
const names = { connection: 'Demo', destination: 'Bucket', relation };
const place = { database: 'shop', relation, root: { uri: 's3://b', prefix: 'p' } };
const now = new Date('2026-11-22T09:30:00.123Z');
const ids = PRESETS.map(({ id }) => id);

describe('presets', () => {
  it('begin with the one that the dialog opens with', () => {
    expect(ids[0]).toBe('csv');
    expect(withPreset(first, 'csv')).toEqual(first);
  });

  it.each(ids)('%s can be started as it is', (id) => {
    const values = withPreset(first, id);
    expect(problemsOf(values)).toEqual({});
    const spec = specOf(values, names);
    expect(CALLS['jobs.start'].input.parse({ spec }).spec).toEqual(spec);
  });

  it.each<[PresetId, object, string]>([
    [
      'csv',
      { format: { kind: 'csv', dialect: 'postgres', delimiter: ',', header: false, nullToken: '' } },
      's3://b/p/public/Orders/20261122T093000Z-4f3a9c21/part-00001.csv',
    ],
    [
      'python',
      { format: { kind: 'csv', dialect: 'python', delimiter: '|' }, compression: 'none' },
      's3://b/p/Orders_extract.csv',
    ],
    [
      'redshift',
      {
        format: { kind: 'csv', nullToken: '\\N' },
        compression: 'gzip',
        objectSize: 128_000_000,
        loadScripts: ['redshift'],
      },
      's3://b/p/public/Orders/20261122T093000Z-4f3a9c21/part-00001.csv.gz',
    ],
    [
      'athena',
      {
        format: { kind: 'parquet' },
        compression: 'zstd',
        objectSize: 256_000_000,
        loadScripts: ['athena'],
      },
      's3://b/p/public/Orders/dt=2026-11-22/20261122T093000Z-4f3a9c21/part-00001.parquet',
    ],
  ])('%s makes this job', (id, spec, uri) => {
    const values = withPreset(first, id);
    expect(specOf(values, names)).toMatchObject(spec);
    expect(exampleUri(values, place, now)).toBe(uri);
  });

  it('keep what they have no say in', () => {
    const own: ExtractValues = { ...first, columns: ['a'], where: 'x', overwrite: true, parallel: '4' };
    for (const id of ids) {
      const values = withPreset(own, id);
      expect(values).toMatchObject({ destinationId: 'd1', columns: ['a'], where: 'x', overwrite: true });
      expect(changesFrom(values, id)).toEqual([]);
    }
  });

  it('leave nothing of one another behind', () => {
    for (const before of ids) {
      for (const after of ids) {
        expect(withPreset(withPreset(first, before), after)).toEqual(withPreset(first, after));
      }
    }
  });

  it('say what has been changed since', () => {
    const values = withPreset(first, 'redshift');
    expect(changesFrom({ ...values, header: true, key: 'a-{part}' }, 'redshift')).toEqual([
      'header',
      'key template',
    ]);
    // What delimited text alone has cannot differ in another format.
    expect(changesFrom(withKind({ ...values, header: true }, 'jsonl'), 'redshift')).toEqual(['format']);
    expect(changesFrom({ ...withPreset(first, 'athena'), header: true }, 'athena')).toEqual([]);
  });
});

describe('sections', () => {
  const with_ = (part: Partial<ExtractValues>) => summariesOf({ ...first, ...part }, 12);

  it('say in a line what is inside', () => {
    expect(summariesOf(first, undefined).rows).toBe('All columns, all rows');
    expect(with_({})).toEqual({
      rows: 'All 12 columns, all rows',
      format: 'Delimited text, comma, no header, not compressed',
      objects: 'An object for each range, {schema}/{table}/{run_id}/part-{part}.{ext}',
      speed: 'As many connections as suit the table',
      safety: 'Nothing that is there is replaced',
    });
    expect(with_({ columns: ['a', 'b'], where: 'x' }).rows).toBe('2 of 12 columns, rows by a filter');
    expect(with_({ kind: 'parquet', compression: 'zstd' }).format).toBe('Parquet, zstd');
    expect(with_({ delimiter: '~', header: true, nullToken: '\\N' }).format).toBe(
      'Delimited text, delimiter ~, header, NULL as \\N, not compressed',
    );
    expect(with_({ objectMB: '64', objectRows: '5000' }).objects).toMatch(
      /^A new object every 64 MB or 5,000 rows, /,
    );
    expect(with_({ objectMB: '64' }).objects).toMatch(/^A new object every 64 MB, /);
    expect(with_({ parallel: '4' }).speed).toBe('4 connections');
    expect(with_({ lowPriority: true, bandwidthMB: '5', lockTimeout: '1' }).speed).toBe(
      'Low priority, at most 5 MB a second, timeouts of its own',
    );
    expect(with_({ tags: 'a=1', loadScripts: ['duckdb'] }).objects).toMatch(/, tags, load scripts$/);
    expect(with_({ key: 'all.csv' })).toMatchObject({
      objects: 'One object, all.csv',
      speed: 'One connection, for one object',
    });
    expect(with_({ parallel: '1' }).speed).toBe('One connection');
    expect(with_({ recovery: 'resume' }).safety).toContain('a lost snapshot is resumed');
    expect(with_({ overwrite: true }).safety).toBe('Objects that are there already are replaced');
  });

  it('have every field but those that always show', () => {
    const folded = Object.values(SECTION_OF).filter((section) => section !== undefined);
    expect(folded.every((section) => section in SECTIONS)).toBe(true);
  });
});
