import { describe, expect, test } from 'vitest';
import { runIdSchema, type Run } from '../../electron/contract/run.ts';
import { manifestKey } from '../../electron/engine/extract/manifest-key.ts';
import { findRuns } from '../../electron/engine/jobs/find-runs.ts';
import { runIdAt } from '../../electron/engine/jobs/run-id.ts';
import { destinationLabel, sourceLabel } from '../../electron/engine/jobs/run-labels.ts';
import { storedRun } from '../fakes/stored-run.ts';

const base = storedRun(1).run;
const spec = base.spec;

describe('the id of a run', () => {
  test('says when, and sorts by time', () => {
    const first = runIdAt(new Date('2026-11-22T09:30:00.999Z'), '4f3a9c21');
    expect(first).toBe('20261122T093000Z-3e74f3a9');
    expect(runIdSchema.parse(first)).toBe(first);
    expect(runIdAt(new Date('2026-11-22T09:30:01Z'), '00000000') > first).toBe(true);
    expect(runIdAt(new Date('2026-11-22T09:30:00.998Z'), 'ffffffff') < first).toBe(true);
    expect(runIdAt(new Date('2026-11-22T09:30:00.998Z'), 'ffffffff') < first).toBe(true);
  });
});

test('a manifest lies under _sluice/, below the prefix where there is one', () => {
  expect(manifestKey('', 'r1')).toBe('_sluice/runs/r1/manifest.json');
  expect(manifestKey('a/b', 'r1')).toBe('a/b/_sluice/runs/r1/manifest.json');
});

describe('labels', () => {
  test.each([
    [{ profile: 'Demo' }, { table: { schema: 'public', name: 'Orders' } }, 'Demo · public.Orders'],
    [{ profile: 'Demo' }, { table: { name: 'Orders' } }, 'Demo · Orders'],
    [{ profile: 'Demo' }, { query: 'SELECT secret FROM t' }, 'Demo · query'],
    [
      { settings: { host: 'db', port: 5432, database: 'shop', user: 'ann', tls: 'prefer' as const } },
      { table: { name: 'Orders' } },
      'shop on db · Orders',
    ],
  ])('of a source: %j %j', (source, selection, label) => {
    expect(sourceLabel({ ...spec, source, selection })).toBe(label);
  });

  test('of a destination', () => {
    expect(destinationLabel({ ...spec, destination: { profile: 'Lake' } }, 's3://b')).toBe('Lake · s3://b');
    expect(destinationLabel({ ...spec, destination: { folder: '/x' } }, '/x')).toBe('/x');
  });
});

describe('finding runs', () => {
  const run = (id: string, state: Run['state'], change: Partial<Run> = {}): Run => ({
    ...base,
    id,
    state,
    ...change,
  });
  const end = { finishedAt: '2026-11-22T09:30:00.000Z' };
  const runs = [
    run('a', { tag: 'queued' }, { sourceLabel: 'Demo · public.Orders' }),
    run('b', { tag: 'running', phase: 'plan' }, { destinationLabel: 'Lake · s3://orders' }),
    run('c', { tag: 'cancelling' }, { spec: { ...spec, name: 'Nightly ÄÖ' } }),
    run('d', { tag: 'cancelled', ...end }, { sourceLabel: 'Other' }),
    run('e', base.state, { sourceLabel: 'Other' }),
  ];
  const ids = (filter: Partial<Parameters<typeof findRuns>[1]>) =>
    findRuns(runs, { limit: 200, ...filter }).map(({ id }) => id);

  test.each([
    [{}, ['a', 'b', 'c', 'd', 'e']],
    [{ state: 'active' }, ['a', 'b', 'c']],
    [{ state: 'cancelled' }, ['d']],
    [{ state: 'succeeded' }, ['e']],
    [{ state: 'failed' }, []],
    [{ text: 'nightly äö' }, ['c']],
    [{ text: '  S3://ORDERS ' }, ['b']],
    [{ text: '   ' }, ['a', 'b', 'c', 'd', 'e']],
    [{ text: 'orders', limit: 1 }, ['a']],
    [{ text: 'nothing of the kind' }, []],
  ] as const)('by %j', (filter, expected) => {
    expect(ids(filter)).toEqual(expected);
  });
});
