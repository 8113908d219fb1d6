/** Which rows a run takes and what it promises, for each thing that can have changed since the last one. */
import { describe, expect, test } from 'vitest';
import {
  isJobName,
  jobNameOf,
  parseAmount,
  watermarkSpecSchema,
} from '../../electron/contract/watermark-spec.ts';
import type { Position } from '../../electron/contract/watermark-state.ts';
import { decideRead } from '../../electron/engine/watermark/decide-read.ts';
import { assertMatchesType, scanFromNow } from '../../electron/engine/watermark/scan-bound.ts';
import type { WatermarkFacts } from '../../electron/engine/watermark/watermark-facts.ts';
import { valueAtTime } from '../../electron/engine/watermark/watermark-kind.ts';

const AT = new Date('2026-01-01T12:00:00Z');
const facts: WatermarkFacts = {
  type: 'timestamp with time zone',
  kind: 'instant',
  nullable: false,
  indexed: true,
  noXids: undefined,
  subscribed: false,
  standby: false,
  databaseOid: '16384',
  tables: [{ oid: '1', storage: '1' }],
  tellsTable: true,
  systemIdentifier: '7',
  timeline: 1,
  database: 'shop',
  relation: { schema: 'public', name: 'Orders' },
  floor: 1_000n,
  ceiling: 1_010n,
  lsn: '0/1',
  at: AT,
  oldestStart: { kind: 'known', at: AT },
  sessions: [],
  sample: null,
};
const position: Position = {
  runId: '20260101T000000Z-00000000',
  at: '2026-01-01T00:00:00Z',
  column: 'changed',
  mode: 'exact',
  watermark: '2026-01-01 11:00:00+00',
  cluster: { systemIdentifier: '7', timeline: 1, database: 'shop' },
  standby: false,
  floor: '900',
  ceiling: '910',
  lsn: null,
  seen: [['905', '905']],
  scanFrom: '2026-01-01T10:00:00.000Z',
};
const spec = (change: object = {}) => watermarkSpecSchema.parse({ column: 'changed', ...change });
const cluster = (change: object) => ({ ...position, cluster: { ...position.cluster, ...change } });

describe('exact', () => {
  test('the first run takes all rows', () => {
    expect(decideRead(spec(), null, facts)).toMatchObject({
      pass: 'full',
      condition: null,
      promise: 'exactly-once',
    });
  });

  test('then the rows of transactions that the last run did not see, above its bound', () => {
    expect(decideRead(spec(), position, facts)).toMatchObject({
      pass: 'incremental',
      promise: 'exactly-once',
      condition: {
        lower: { value: position.scanFrom, strict: false },
        writers: { floor: 900n, seen: [[905n, 905n]] },
      },
    });
  });

  test.each([
    ['another cluster', cluster({ systemIdentifier: '8' }), {}, /another cluster/],
    ['another timeline', cluster({ timeline: 2 }), {}, /timeline/],
    ['no right to know', position, { systemIdentifier: null }, /identity/],
    ['another database', cluster({ database: 'other' }), {}, /database/],
    ['a floor that has gone back', position, { floor: 800n, ceiling: 1_010n }, /gone back/],
    ['a ceiling that has gone back', position, { floor: 900n, ceiling: 905n }, /gone back/],
    ['too many transactions', { ...position, seen: null }, {}, /more transactions/],
    ['a run of another mode', { ...position, mode: 'greater' as const, seen: null }, {}, /mode greater/],
    ['a run on a standby', { ...position, standby: true }, {}, /standby/],
    [
      'half an epoch between the runs',
      position,
      { floor: 1n << 31n, ceiling: (1n << 31n) + 900n },
      /million/,
    ],
  ])('%s: everything from the bound on, and it says why', (_, before, change, reason) => {
    const decision = decideRead(spec(), before, { ...facts, ...change });
    expect(decision).toMatchObject({ promise: 'may-repeat', condition: { writers: null } });
    expect(decision.reasons.join()).toMatch(reason);
  });

  test('without a bound to fall back to, everything', () => {
    expect(decideRead(spec(), { ...position, seen: null, scanFrom: null }, facts)).toMatchObject({
      pass: 'full',
      promise: 'may-repeat',
    });
  });

  test('a standby: a window', () => {
    expect(decideRead(spec(), position, { ...facts, standby: true })).toMatchObject({
      promise: 'may-repeat-in-window',
      condition: { lower: { value: position.watermark, minus: { interval: '3600000 milliseconds' } } },
    });
  });
});

describe('the bound of the next run', () => {
  test('is the start of the oldest transaction, less the margin', () => {
    expect(scanFromNow(spec({ margin: '10 minutes' }), null, facts)).toBe('2026-01-01T11:49:55.000Z');
  });

  test.each([
    ['unbounded', { margin: 'unbounded' }, {}],
    ['a table that a subscription fills', {}, { subscribed: true }],
    ['numbers', {}, { kind: 'integer' as const }],
    ['random uuids', {}, { kind: 'uuid' as const, sample: '0198c0de-0000-4000-8000-000000000000' }],
  ])('is lifted for %s', (_, change, fact) => {
    expect(scanFromNow(spec(change), position, { ...facts, ...fact })).toBeNull();
  });

  test.each(['prepared', 'hidden'] as const)('stays where the start is not known (%s)', (because) => {
    const unknown = { ...facts, oldestStart: { kind: 'unknown' as const, because } };
    expect(scanFromNow(spec(), position, unknown)).toBe(position.scanFrom);
    expect(scanFromNow(spec(), null, unknown)).toBeNull();
  });

  test('has the form of the column', () => {
    expect(valueAtTime('local', AT, null)).toBe('2026-01-01T00:00:00.000');
    expect(valueAtTime('date', AT, null)).toBe('2026-01-01');
    expect(valueAtTime('uuid', AT, '0198c0de-0000-7000-8000-000000000000')).toBe(
      `${AT.getTime().toString(16).padStart(12, '0').slice(0, 8)}-${AT.getTime().toString(16).padStart(12, '0').slice(8)}-0000-0000-000000000000`,
    );
  });
});

test('cap waits for what it does not know, and a first run says so', () => {
  const unknown = { ...facts, oldestStart: { kind: 'unknown' as const, because: 'prepared' as const } };
  expect(decideRead(spec({ mode: 'cap' }), position, unknown).condition).toBe('nothing');
  expect(() => decideRead(spec({ mode: 'cap' }), null, unknown)).toThrow(/cannot begin/);
});

test.each([
  [{ mode: 'cap' }, 'integer' as const, /cap needs/],
  [{ lookback: '5' }, 'instant' as const, /cannot be taken/],
  [{ lookback: '1 hour' }, 'integer' as const, /cannot be taken/],
  [{ mode: 'lookback' }, 'text' as const, /is needed/],
  [{ margin: '1 hour' }, 'text' as const, /means nothing/],
])('options that do not go with the column are refused: %j on %s', (change, kind, message) => {
  expect(() => assertMatchesType(spec(change), kind, kind)).toThrow(message);
});

test('amounts and names', () => {
  expect(parseAmount('15 minutes')).toEqual({ kind: 'time', ms: 900_000 });
  expect(parseAmount('2h')).toEqual({ kind: 'time', ms: 7_200_000 });
  expect(parseAmount('1.5')).toEqual({ kind: 'number', digits: '1.5' });
  expect(jobNameOf({ schema: 'public', name: 'Orders' })).toBe('public.Orders');
  expect(jobNameOf({ name: '../x/y' })).toBe('x_y');
  for (const name of ['runs', 'a/b', '..', '', 'x.', '.x', 'a\\b']) expect(isJobName(name)).toBe(false);
});
