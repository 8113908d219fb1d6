import { describe, expect, it } from 'vitest';
import { CALLS } from '../../electron/contract/calls.ts';
import { specOf } from '../../renderer/features/extract/extract-job.ts';
import { problemsOf } from '../../renderer/features/extract/extract-problems.ts';
import { firstValues, type ExtractValues } from '../../renderer/features/extract/extract-values.ts';
import { exampleUri } from '../../renderer/features/extract/key-example.ts';
import { withPartition } from '../../renderer/features/extract/partition.ts';
import { withPreset } from '../../renderer/features/extract/presets.ts';
import { summariesOf } from '../../renderer/features/extract/sections.ts';

const relation = { schema: 'public', name: 'Orders' };
const names = { connection: 'Demo', destination: 'Bucket', relation };
const place = { database: 'shop', relation, root: { uri: 's3://b', prefix: '' } };
const now = new Date('2026-11-22T09:30:00Z');
const first = firstValues('d1');
const byStatus = withPartition(first, 'status');

describe('objects by the value of a column', () => {
  it('have a folder in their key, and can be started', () => {
    expect(problemsOf(byStatus)).toEqual({});
    const spec = specOf(byStatus, names);
    expect(CALLS['jobs.start'].input.parse({ spec }).spec).toEqual(spec);
    expect(spec.partitionBy).toEqual({ column: 'status', by: 'value' });
    expect(exampleUri(byStatus, place, now)).toContain('/status=value/part-00001.csv');
    expect(summariesOf(byStatus, 3).objects).toMatch(/, by status$/);
  });

  it('are named by day as the folders will be', () => {
    const values: ExtractValues = {
      ...withPartition(first, 'LastUpdated'),
      partitionAs: 'dt',
      partitionUnit: 'day',
    };
    expect(exampleUri(values, place, now)).toContain('/dt=2026-11-22/part-00001.csv');
    expect(specOf(values, names).partitionBy).toEqual({ column: 'LastUpdated', as: 'dt', by: 'day' });
  });

  it('come and go with the column, whatever the key was', () => {
    expect(withPartition(byStatus, '')).toEqual(first);
    const own = { ...first, key: 'x/{run_id}-{part}.csv' };
    expect(withPartition(own, 'status').key).toBe('x/{partition}/{run_id}-{part}.csv');
    expect(withPartition(withPartition(own, 'status'), '').key).toBe(own.key);
    expect(withPreset(byStatus, 'csv')).toEqual(first);
  });

  it.each<[string, ExtractValues, object]>([
    [
      'a key without the folder',
      { ...byStatus, key: '{run_id}-{part}' },
      { key: 'Must contain {partition}, because objects go by status' },
    ],
    [
      'a folder without a column',
      { ...first, key: '{partition}/{run_id}-{part}' },
      { key: '{partition} needs a column to partition by' },
    ],
    [
      'a masked column',
      { ...byStatus, masks: { status: { kind: 'sha256' } } },
      { partition: 'status must not be masked: its clear values would stand in the keys' },
    ],
  ])('say at their field what is wrong: %s', (_, values, expected) => {
    expect(problemsOf(values)).toMatchObject(expected);
  });
});
