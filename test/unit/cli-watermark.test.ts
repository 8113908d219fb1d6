/** `sluice watermark`, and the options of incremental extracts. */
import { describe, expect, test, vi } from 'vitest';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { specFromOptions } from '../../electron/cli/spec-options.ts';
import { cliWorld } from '../fakes/cli-world.ts';
import { fakeManifest } from '../fakes/incremental-manifest.ts';
import { fakeWatermarks } from '../fakes/renderer-watermark.ts';

const RUN = '20260101T000000Z-aaaaaaaa';
const job = {
  name: 'orders',
  mode: 'incremental',
  source: { profile: 'Shop' },
  selection: { table: { name: 'Orders' } },
  watermark: { column: 'LastUpdated' },
  destination: { profile: 'Lake' },
};
const uri = 's3://lake/_sluice/orders/state.json';
const state = {
  version: 1 as const,
  job: 'orders',
  relation: null,
  watermark: { column: 'LastUpdated', mode: 'exact' as const, nulls: 'include' as const },
  where: null,
  fenced: true,
  writeId: 'x',
  claim: null,
  position: fakeManifest(RUN).incremental!.position,
  trace: [
    {
      kind: 'run' as const,
      at: '2026-01-01T00:00:00Z',
      runId: RUN,
      pass: 'full' as const,
      from: null,
      to: 'x',
      rows: 3,
      promise: 'exactly-once' as const,
    },
  ],
};

function world(calls: Partial<CallHandlers>) {
  return cliWorld(calls, { readTextFile: () => Promise.resolve(JSON.stringify(job)) });
}

describe('sluice watermark', () => {
  test('status says where the job is, and what was done to it', async () => {
    const get = () => Promise.resolve({ uri, state });
    const { exitCode, out } = await world({ 'watermark.get': get }).run('watermark', 'status', 'job.json');
    expect(exitCode).toBe(0);
    expect(out).toContain(uri);
    expect(out).toContain(`after run ${RUN}`);
    expect(out).toContain('3 rows, full, exactly once');
  });

  test('status of a job that has never run', async () => {
    const { out } = await world(fakeWatermarks).run('watermark', 'status', 'job.json');
    expect(out).toMatch(/no state yet/);
  });

  test('look says what comes, and who is still writing', async () => {
    const look: CallHandlers['watermark.look'] = async (...input) => ({
      ...(await fakeWatermarks['watermark.look'](...input)),
      sessions: [{ pid: 42, application: 'import', user: 'ann', ageMs: 90_000, writes: true }],
    });
    const { out } = await world({ 'watermark.look': look }).run('watermark', 'look', 'job.json');
    expect(out).toMatch(/takes all: 1,000,000 rows, exactly once/);
    expect(out).toMatch(/42 {2}import {2}ann {2}90 s, has written/);
  });

  test('rewind names a run', async () => {
    const rewind = vi.fn<CallHandlers['watermark.rewind']>(() => Promise.resolve({ uri, state }));
    const { events } = await world({ 'watermark.rewind': rewind }).run(
      'watermark',
      'rewind',
      'job.json',
      '--to',
      RUN,
      '--json',
    );
    expect(rewind.mock.calls[0]?.[0]).toMatchObject({ runId: RUN, spec: { name: 'orders' } });
    expect(events).toEqual([{ type: 'state', uri, state }]);
  });

  test('backfill runs the job over a range', async () => {
    const start = vi.fn<CallHandlers['jobs.start']>(() => Promise.reject(new Error('far enough')));
    await world({ 'jobs.start': start }).run('watermark', 'backfill', 'job.json', '--from', 'a', '--to', 'b');
    expect(start.mock.calls[0]?.[0].spec.watermark).toMatchObject({ range: { from: 'a', to: 'b' } });
  });
});

describe('sluice extract --mode incremental', () => {
  const spec = (options: object) =>
    specFromOptions({ table: 'Orders', ...options }, { profile: 'Shop' }, { profile: 'Lake' });

  test('makes a job of the options', () => {
    const options = {
      mode: 'incremental',
      watermark: 'LastUpdated',
      margin: '2h',
      nulls: 'skip',
      name: 'orders',
    };
    expect(spec(options)).toMatchObject({
      mode: 'incremental',
      name: 'orders',
      watermark: { column: 'LastUpdated', mode: 'exact', margin: '2h', nulls: 'skip' },
    });
  });

  test.each([
    [{ mode: 'incremental' }, /--watermark COLUMN/],
    [{ mode: 'full', margin: '1h' }, /go with --mode incremental/],
    [{ mode: 'sometimes' }, /full or incremental/],
    [{ mode: 'incremental', watermark: 'a', watermarkMode: 'best' }, /--watermark-mode/],
    [{ mode: 'incremental', watermark: 'a', lookback: 'soon' }, /--lookback/],
    [{ mode: 'incremental', watermark: 'a', name: '../x' }, /--name/],
    [{ mode: 'incremental', watermark: 'a', key: 'orders.{ext}' }, /--key/],
    [{ mode: 'incremental', watermark: 'a', mask: ['a=null'] }, /must not be masked/],
    [{ mode: 'incremental', watermark: 'a', table: undefined, query: 'SELECT 1' }, /must be a table/],
  ])('%j is refused, naming the option', (options, message) => {
    expect(() => spec(options)).toThrow(message);
  });
});
