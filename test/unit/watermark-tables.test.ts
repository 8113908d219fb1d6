/** I1 and I2, decided: what the name of a job stands for now, and what of it is new. */
import { describe, expect, test } from 'vitest';
import { watermarkSpecSchema } from '../../electron/contract/watermark-spec.ts';
import type { Position } from '../../electron/contract/watermark-state.ts';
import { decideRead } from '../../electron/engine/watermark/decide-read.ts';
import { nextPosition } from '../../electron/engine/watermark/next-position.ts';
import { scanFromNow } from '../../electron/engine/watermark/scan-bound.ts';
import type { NamedTable, WatermarkFacts } from '../../electron/engine/watermark/watermark-facts.ts';

const AT = new Date('2026-01-01T12:00:00Z');
const facts: WatermarkFacts = {
  type: 'timestamp with time zone',
  kind: 'instant',
  nullable: true,
  indexed: true,
  noXids: undefined,
  subscribed: false,
  standby: false,
  databaseOid: '5',
  tables: [],
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
  cluster: { systemIdentifier: '7', timeline: 1, database: 'shop', databaseOid: '5' },
  tables: [
    ['1', '10'],
    ['2', '20'],
  ],
  standby: false,
  floor: '900',
  ceiling: '910',
  lsn: null,
  seen: [],
  scanFrom: '2026-01-01T10:00:00.000Z',
};
const spec = (change: object = {}) => watermarkSpecSchema.parse({ column: 'changed', ...change });
const table = (oid: string, storage: string, fromBefore?: boolean): NamedTable => ({
  oid,
  storage,
  fromBefore,
});
const known = [table('1', '10'), table('2', '20')];
const decide = (
  tables: readonly NamedTable[],
  change: Partial<WatermarkFacts> = {},
  from: Position = position,
) => decideRead(spec(), from, { ...facts, tables, ...change });

describe('I1: the rows of a table are all new', () => {
  test.each([
    ['that joined with rows from before', [...known, table('3', '30', true)], ['3'], 'may-repeat'],
    ['that was made since', [...known, table('3', '30', false)], ['3'], 'exactly-once'],
    ['of which nobody can say', [...known, table('3', '30')], ['3'], 'may-repeat'],
    ['that was truncated or rewritten', [table('1', '11', false), table('2', '20')], ['1'], 'may-repeat'],
    ['that is in the place of another', [table('1', '10'), table('9', '20', true)], ['9'], 'may-repeat'],
  ] as const)('%s', (_, tables, oids, promise) => {
    const { condition, ...decision } = decide(tables);
    expect(decision).toMatchObject({ pass: 'incremental', promise });
    expect(condition).toMatchObject({ whole: { oids, below: null, nulls: true }, writers: { floor: 900n } });
    expect(decision.reasons).toHaveLength(promise === 'exactly-once' ? 0 : 1);
  });

  test.each([
    ['nothing has changed', known, {}, position],
    [
      'VACUUM FULL and CLUSTER have kept who wrote them',
      [table('1', '11', true), table('2', '20')],
      {},
      position,
    ],
    ['a table left', [table('1', '10')], {}, position],
    ['the state is of an earlier program', [table('3', '30')], {}, { ...position, tables: undefined }],
  ])('not where %s', (_, tables, change, from) => {
    expect(decide(tables, change, from)).toMatchObject({ promise: 'exactly-once', reasons: [] });
    expect(decide(tables, change, from).condition).not.toHaveProperty('whole');
  });

  test('and where none is left that was known, the job begins again', () => {
    expect(decide([table('3', '30', true)])).toMatchObject({
      pass: 'full',
      condition: null,
      promise: 'may-repeat',
    });
    // A view has no column that says which table a row is of.
    expect(decide([...known, table('3', '30')], { tellsTable: false })).toMatchObject({ pass: 'full' });
  });

  test('a cap keeps them back as others, and what was not taken is not known', () => {
    const tables = [...known, table('3', '30', true)];
    const capped = decideRead(
      spec({ mode: 'cap' }),
      { ...position, mode: 'cap', seen: null },
      { ...facts, tables },
    );
    const below = '2026-01-01T10:59:55.000Z';
    expect(capped.condition).toMatchObject({ below, whole: { oids: ['3'], below } });
    const blocked = {
      ...facts,
      tables,
      oldestStart: { kind: 'unknown' as const, because: 'hidden' as const },
    };
    const decision = decideRead(spec({ mode: 'cap' }), { ...position, mode: 'cap', seen: null }, blocked);
    const reached = { runId: position.runId, at: AT, watermark: null, seen: undefined, decision };
    expect(nextPosition(spec({ mode: 'cap' }), position, blocked, reached).tables).toEqual(position.tables);
  });

  test('another database of the same name falls back, and says so', () => {
    const decision = decide([table('3', '30')], { databaseOid: '6' });
    expect(decision).toMatchObject({ promise: 'may-repeat', condition: { writers: null } });
    expect(decision.reasons.join()).toContain('restored, or is a copy');
  });

  test('the next position knows them, and no value of what was there before', () => {
    const tables = [table('3', '30')];
    const reached = { runId: position.runId, at: AT, watermark: null, seen: [], decision: decide(tables) };
    expect(nextPosition(spec(), position, { ...facts, tables }, reached)).toMatchObject({
      tables: [['3', '30']],
      cluster: { databaseOid: '5' },
      watermark: null,
    });
  });
});

describe('I2: without an index that begins with the column', () => {
  test('no bound is kept for the next run', () => {
    expect(scanFromNow(spec(), position, facts)).not.toBeNull();
    expect(scanFromNow(spec(), position, { ...facts, indexed: false })).toBeNull();
  });

  test('and none is used; where the last run had one, rows below it can come again', () => {
    const without = { ...position, scanFrom: null };
    expect(decide(known, { indexed: false }, without)).toMatchObject({
      promise: 'exactly-once',
      condition: { lower: null },
    });
    const dropped = decide(known, { indexed: false });
    expect(dropped).toMatchObject({ promise: 'may-repeat', condition: { lower: null } });
    expect(dropped.reasons.join()).toContain('no index begins with "changed" any more');
  });
});
