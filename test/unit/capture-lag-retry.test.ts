import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import { afterFailure } from '../../electron/engine/capture/capture-retry.ts';
import { LagGauge } from '../../electron/engine/capture/lag-gauge.ts';
import { wantedTables } from '../../electron/engine/capture/table-states.ts';

describe('a capture that failed', () => {
  const facts = { failures: 1, worked: true, troubleMs: 0, renewable: false, random: 0 };
  const fate = (code: ErrorCode, change: object = {}) =>
    afterFailure({ ...facts, ...change, error: new AppError(code, 'x') }).tag;

  test.each<[ErrorCode, object, 'wait' | 'renew' | 'give-up']>([
    ['SOURCE_SHUTDOWN', {}, 'wait'],
    ['SOURCE_CONNECTION_LOST', { failures: 10_000, troubleMs: 1e9 }, 'wait'],
    ['DEST_UNREACHABLE', { failures: 10_000, troubleMs: 1e9 }, 'wait'],
    ['SOURCE_HOST_NOT_FOUND', {}, 'wait'],
    ['SOURCE_HOST_NOT_FOUND', { worked: false }, 'give-up'],
    ['DEST_CREDENTIALS_EXPIRED', {}, 'wait'],
    ['SLOT_IN_USE', { worked: false }, 'wait'],
    ['SLOT_IN_USE', { worked: false, troubleMs: 100_000 }, 'give-up'],
    ['SLOT_EXISTS', { worked: false }, 'wait'],
    ['SLOT_EXISTS', { worked: false, troubleMs: 100_000 }, 'give-up'],
    ['SLOT_NOT_FOUND', { worked: false }, 'wait'],
    ['SLOT_CANNOT_DECODE', { failures: 7 }, 'wait'],
    ['SLOT_CANNOT_DECODE', { failures: 8 }, 'give-up'],
    ['SLOT_CANNOT_DECODE', { renewable: true }, 'wait'],
    ['SLOT_CANNOT_DECODE', { failures: 2, renewable: true }, 'renew'],
    ['SLOT_CANNOT_DECODE', { failures: 8, renewable: true }, 'give-up'],
    ['SOURCE_SHUTDOWN', { failures: 2, renewable: true }, 'wait'],
    ['SLOT_MISSING', {}, 'give-up'],
    ['SLOT_GAP', {}, 'give-up'],
    ['SOURCE_AUTH_FAILED', {}, 'give-up'],
    ['DEST_ACCESS_DENIED', {}, 'give-up'],
  ])('%s %j: %s', (code, change, expected) => {
    expect(fate(code, change)).toBe(expected);
  });

  test('by a defect does not try again', () => {
    expect(afterFailure({ ...facts, error: new TypeError('x') }).tag).toBe('give-up');
  });

  test('waits longer each time, and half a minute at most', () => {
    const error = new AppError('SOURCE_UNREACHABLE', 'x');
    const delays = [1, 2, 3, 50].map((failures) => {
      const retry = afterFailure({ ...facts, error, failures, random: 0.999999 });
      return retry.tag === 'wait' ? retry.delayMs : undefined;
    });
    expect(delays).toEqual([500, 1_000, 2_000, 30_000]);
  });
});

describe('the lag', () => {
  test('is unknown before anything is, and nothing where all is durable', () => {
    const gauge = new LagGauge();
    expect(gauge.now(1_000)).toEqual({ lagBytes: null, lagSeconds: null, changesPerSecond: 0 });
    gauge.durable(100n);
    gauge.server(100n);
    expect(gauge.now(1_000)).toMatchObject({ lagBytes: 0, lagSeconds: 0 });
  });

  test('is the age of the oldest commit that is not durable', () => {
    const gauge = new LagGauge();
    gauge.durable(100n);
    gauge.server(400n);
    gauge.committed(200n, 1_000);
    gauge.committed(300n, 3_000);
    expect(gauge.now(5_000)).toMatchObject({ lagBytes: 300, lagSeconds: 4 });
    gauge.durable(200n);
    expect(gauge.now(5_000)).toMatchObject({ lagBytes: 200, lagSeconds: 2 });
    gauge.durable(300n);
    expect(gauge.now(5_000)).toMatchObject({ lagBytes: 100, lagSeconds: 0 });
  });

  test('remembers no more than it has to, whatever comes', () => {
    const gauge = new LagGauge();
    for (let i = 1; i <= 100_000; i++) gauge.committed(BigInt(i), i * 200);
    gauge.durable(50_000n);
    const { lagSeconds } = gauge.now(20_000_000);
    expect(lagSeconds).toBeGreaterThan(0);
    gauge.durable(100_000n);
    expect(gauge.now(20_000_000).lagSeconds).toBe(null);
  });

  test('keeps an hour of samples', () => {
    const gauge = new LagGauge();
    for (let second = 0; second < 7_200; second++) {
      gauge.changes(10);
      gauge.tick(second * 1_000);
    }
    expect(gauge.samples).toHaveLength(720);
    expect(gauge.samples.at(-1)).toMatchObject({ changesPerSecond: 10 });
  });
});

test('the tables of a job are those that it names, or those that are published', () => {
  const orders = { schema: 'public', name: 'Orders' };
  const people = { schema: 'public', name: 'people' };
  expect(wantedTables({ tables: [orders], snapshot: true }, [orders, people])).toEqual([
    { table: orders, state: 'pending', lsn: null, rows: 0 },
  ]);
  expect(wantedTables({ tables: undefined, snapshot: false }, [people])).toEqual([
    { table: people, state: 'none', lsn: null, rows: 0 },
  ]);
});
