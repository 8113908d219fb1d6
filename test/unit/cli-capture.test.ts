/** The command line of captures: what its options become, what it says, and how it ends. */
import { describe, expect, test } from 'vitest';
import { answerMonitor, captureMetricsText } from '../../electron/cli/capture/metrics.ts';
import { captureSpecFrom } from '../../electron/cli/capture/spec-options.ts';
import { parseTableList } from '../../electron/cli/capture/table-list.ts';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import { captureSpecSchema, type CaptureSpec } from '../../electron/contract/capture-spec.ts';
import type { CaptureStatus } from '../../electron/contract/capture-status.ts';
import { cliWorld } from '../fakes/cli-world.ts';

const spec: CaptureSpec = captureSpecSchema.parse({
  name: 'orders',
  source: { profile: 'Shop' },
  tables: [{ schema: 'public', name: 'Orders' }],
  destination: { folder: '/data' },
});

test.each([
  ['orders_2', true],
  ['x'.repeat(63), true],
  ['Bad Slot', false],
  ['x'.repeat(64), false],
  ['', false],
])('the slot "%s" is one that Postgres takes: %s', (slot, taken) => {
  expect(captureSpecSchema.safeParse({ ...spec, slot }).success).toBe(taken);
});

function status(change: Partial<CaptureStatus> = {}): CaptureStatus {
  return {
    name: 'orders',
    spec,
    phase: 'streaming',
    here: true,
    process: { pid: 7, host: 'h' },
    slot: 'sluice_orders',
    publication: 'sluice_orders',
    since: '2026-11-22T10:00:00.000Z',
    marks: { received: '0/3', decoded: '0/3', durable: '0/2', acked: '0/2' },
    heldBytes: 100,
    lagBytes: 1,
    lagSeconds: 0.5,
    changes: 12,
    transactions: 3,
    objects: 2,
    bytes: 1_000,
    changesPerSecond: 4,
    snapshotTables: { done: 1, all: 1, rows: 5 },
    lastError: null,
    notes: [],
    epoch: 1,
    sequence: 2,
    checkpoint: 's3://lake/_sluice/orders/checkpoint.json',
    ...change,
  };
}

const stopped = status({ phase: 'stopped', process: null, here: false });

describe('sluice capture start', () => {
  function begin(saved: CaptureSpec | undefined, ends: CaptureStatus, ...args: string[]) {
    const given: unknown[] = [];
    const world = cliWorld({
      'capture.status': async () => {
        if (saved === undefined) throw new AppError('STORE_CAPTURE_NOT_FOUND', 'none');
        return { status: stopped, samples: [] };
      },
      'capture.start': async (input) => {
        given.push(input);
        queueMicrotask(() => {
          world.emit({
            type: 'captureNews',
            name: 'orders',
            news: { kind: 'streaming', fromLsn: '0/1', epoch: 1 },
          });
          world.emit({ type: 'capture', status: status() });
          world.emit({ type: 'capture', status: ends });
        });
        return status({ phase: 'starting' });
      },
    });
    return { given, outcome: world.run('capture', 'start', '--name', 'orders', ...args) };
  }

  test('does not take the end of an earlier process for its own', async () => {
    const world = cliWorld({
      'capture.status': async () => ({ status: stopped, samples: [] }),
      'capture.start': async () => {
        // Told because the job was saved anew, and before this process is known to work on it.
        world.emit({
          type: 'capture',
          status: { ...stopped, since: '2026-11-22T09:00:00.000Z', changes: 0 },
        });
        queueMicrotask(() => world.emit({ type: 'capture', status: { ...stopped, changes: 40 } }));
        return status({ phase: 'starting' });
      },
    });
    const { exitCode, events } = await world.run('capture', 'start', '--name', 'orders', '--json');
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'finished', changes: 40 });
  });

  test('makes a job of its options, and ends with 0 when it was stopped', async () => {
    const args = ['--pg', 'postgres://me@h/shop', '--dir', 'out', '--table', 'public.Orders,"a.b"."c,d"'];
    const { given, outcome } = begin(undefined, stopped, ...args, '--roll-seconds', '0.5', '--json');
    const { exitCode, events } = await outcome;
    expect(exitCode).toBe(0);
    expect(given).toMatchObject([
      {
        spec: {
          tables: [
            { schema: 'public', name: 'Orders' },
            { schema: 'a.b', name: 'c,d' },
          ],
          destination: { folder: '/here/out' },
          rollSeconds: 0.5,
        },
        resnapshot: false,
      },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['started', 'streaming', 'progress', 'finished']);
    expect(events.at(-1)).toMatchObject({ outcome: 'succeeded', durableLsn: '0/2', changes: 12 });
  });

  test('goes on with the saved job, and changes what is given', async () => {
    const { given, outcome } = begin(spec, stopped, '--format', 'flat', '--until', 'current', '--resnapshot');
    expect((await outcome).exitCode).toBe(0);
    expect(given).toEqual([{ spec: { ...spec, format: 'flat' }, until: 'current', resnapshot: true }]);
  });

  test('ends with the code of what it has failed with', async () => {
    const error = toWireError(new AppError('SLOT_MISSING', 'The slot is gone.'));
    const failed = { ...stopped, phase: 'failed' as const, lastError: { at: stopped.since, error } };
    const { exitCode, err } = await begin(spec, failed).outcome;
    expect(exitCode).toBe(5);
    expect(err).toMatch(/The slot is gone[^]*--resnapshot/);
  });

  test('needs a source the first time', async () => {
    const { exitCode, err } = await begin(undefined, stopped, '--dir', 'out').outcome;
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/no saved job "orders": name the source/)]);
  });
});

test.each([
  [{ format: 'xml' }, '--format: Invalid option'],
  [{ slot: 'Bad Slot' }, '--slot: must be 1 to 63'],
  [{ key: '{table}' }, '--key: must contain'],
  [{ rollBytes: '1' }, '--roll-bytes: must be at least 64 KiB'],
  [{ rollSeconds: '99999' }, '--roll-seconds: must be at most 86,400'],
  [{ spoolBytes: '1' }, '--spool-bytes: must be at least 16 MiB'],
  [{ name: '../x' }, '--name: '],
])('%j is refused by the name of its option', (options, message) => {
  const refused = expect.objectContaining({
    code: 'CONFIG_INVALID_INPUT',
    message: expect.stringContaining(message),
  });
  expect(() => captureSpecFrom({ name: 'orders', snapshot: true, ...options }, {}, spec)).toThrow(refused);
});

test('tables come with commas, with quotes, and in several options', () => {
  expect(parseTableList(['a,b.c', '"x,""y"""."z"'])).toEqual([
    { name: 'a' },
    { schema: 'b', name: 'c' },
    { schema: 'x,"y"', name: 'z' },
  ]);
  expect(() => parseTableList(['a,,b.c.d'])).toThrow(AppError);
});

describe('the monitor', () => {
  test.each<[Partial<CaptureStatus>, number]>([
    [{}, 200],
    [{ phase: 'snapshot' }, 200],
    [{ phase: 'waiting' }, 503],
    [{ phase: 'failed' }, 503],
  ])('is well or not: %j is %i', (change, code) => {
    expect(answerMonitor('/healthz', status(change)).status).toBe(code);
  });

  test('has figures for Prometheus, and none that nobody knows', () => {
    const text = captureMetricsText([status({ lagBytes: null, name: 'a"b' })]);
    expect(text).toContain('sluice_capture_changes_total{job="a\\"b",slot="sluice_orders"} 12\n');
    expect(text).not.toMatch(/^sluice_capture_lag_bytes\{/m);
    expect(answerMonitor('/metrics', status()).body).toContain('# TYPE sluice_capture_objects_total counter');
    expect(answerMonitor('/x', status()).status).toBe(404);
  });
});
