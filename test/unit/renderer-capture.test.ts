/** What the screens of captures say and offer. */
import { describe, expect, it } from 'vitest';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import { captureSpecSchema } from '../../electron/contract/capture-spec.ts';
import type { CapturePhase, CaptureSample, CaptureStatus } from '../../electron/contract/capture-status.ts';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import type { Relation } from '../../electron/contract/relation.ts';
import {
  captureProblems,
  captureSpecOf,
  objectsSummary,
  slotSummary,
  toggledTable,
  toggledTables,
} from '../../renderer/features/capture/capture-form.ts';
import {
  BLANK_CAPTURE,
  captureValuesOf,
  type CaptureValues,
} from '../../renderer/features/capture/capture-values.ts';
import { captureKeyExample } from '../../renderer/features/capture/key-example.ts';
import {
  actionsOf,
  changesText,
  hasEnded,
  lagText,
  readingText,
  restartText,
  tablesText,
} from '../../renderer/features/capture/capture-words.ts';
import { plotLine } from '../../renderer/features/capture/plot-line.ts';
import { capturable, matching, missingTables } from '../../renderer/features/capture/capturable-tables.ts';
import { comparedText } from '../../renderer/features/capture/compared-text.ts';
import { afterCaptureEvent, sortedCaptures } from '../../renderer/state/captures-store.ts';
import { formatRoute, parseRoute } from '../../renderer/state/route.ts';
import { fakeCaptureSpec, fakeCaptureStatus } from '../fakes/renderer-capture.ts';

const status = (change: Partial<CaptureStatus> = {}) => fakeCaptureStatus(fakeCaptureSpec('orders'), change);
const failedBy = (code: ErrorCode) =>
  status({
    phase: 'failed',
    process: null,
    lastError: { at: '2026-11-22T09:30:00Z', error: toWireError(new AppError(code, 'It failed.')) },
  });

describe('what can be done with a capture', () => {
  it.each<[CapturePhase, string[]]>([
    ['starting', ['stop']],
    ['snapshot', ['pause', 'stop']],
    ['streaming', ['pause', 'stop']],
    ['waiting', ['pause', 'stop']],
    ['paused', ['resume', 'stop']],
    ['stopping', []],
  ])('while it is %s', (phase, actions) => {
    expect(actionsOf(status({ phase }))).toEqual(actions);
  });

  it('is nothing while a process still closes what has stopped', () => {
    expect(hasEnded(status({ phase: 'stopped' }))).toBe(false);
    expect(actionsOf(status({ phase: 'stopped' }))).toEqual([]);
  });

  it('is to begin again once it has ended', () => {
    expect(actionsOf(status({ phase: 'stopped', process: null }))).toEqual(['start']);
    expect(actionsOf(failedBy('SLOT_PREFLIGHT'))).toEqual(['start']);
  });

  it('says where it goes on from', () => {
    const stopped = { phase: 'stopped', process: null } as const;
    expect(restartText(status())).toBeUndefined();
    expect(restartText(status(stopped))).toContain('goes on from the checkpoint, 5A/1B80000');
    expect(restartText(status({ ...stopped, sequence: 0 }))).toContain('It has not begun');
    expect(restartText(failedBy('SLOT_LOST'))).toContain('cannot go on from the checkpoint');
  });

  it.each(['SLOT_MISSING', 'SLOT_GAP', 'SLOT_LOST'] as const)(
    'is to read all tables again after %s',
    (code) => {
      expect(actionsOf(failedBy(code))).toEqual(['resnapshot']);
    },
  );
});

describe('the captures that are known', () => {
  const ready = { status: 'ready', value: new Map([['orders', status()]]) } as const;

  it('follow the events, and keep their order', () => {
    const more = afterCaptureEvent(ready, {
      type: 'capture',
      status: fakeCaptureStatus(fakeCaptureSpec('a')),
    });
    expect(sortedCaptures(more.value).map(({ name }) => name)).toEqual(['a', 'orders']);
    const paused = afterCaptureEvent(more, { type: 'capture', status: status({ phase: 'paused' }) });
    expect(paused.value.get('orders')?.phase).toBe('paused');
    expect([...afterCaptureEvent(paused, { type: 'captureRemoved', name: 'orders' }).value.keys()]).toEqual([
      'a',
    ]);
  });

  it('stay the same object where an event is about something else', () => {
    expect(afterCaptureEvent(ready, { type: 'captureRemoved', name: 'other' })).toBe(ready);
    expect(afterCaptureEvent(ready, { type: 'profiles' })).toBe(ready);
  });
});

describe('the words', () => {
  it('tell the lag that is known', () => {
    expect(lagText(status())).toBe('1.24 MB, 3.4 s');
    expect(lagText(status({ lagBytes: null, lagSeconds: 0 }))).toBe('0 ms');
    expect(lagText(status({ lagBytes: null, lagSeconds: null }))).toBeUndefined();
  });

  it('do not call a slow stream none', () => {
    expect(changesText(0.25)).toBe('0.3/s');
    expect(changesText(0)).toBe('0/s');
    expect(changesText(1234.6)).toBe('1,235/s');
  });

  it('name the first tables, or the publication', () => {
    expect(tablesText(status())).toBe('public.Orders, public.Customers');
    const { tables: _, ...spec } = fakeCaptureSpec('orders');
    const tables = [1, 2, 3, 4, 5].map((n) => ({ schema: 's', name: `t${n}` }));
    expect(tablesText(status({ spec: { ...spec, tables } }))).toBe('s.t1, s.t2, s.t3 and 2 more');
    expect(tablesText(status({ spec }))).toBe('the tables of the publication sluice_orders');
  });

  it('tell how far the snapshot of a table is', () => {
    const table = { schema: 'public', name: 'Orders' };
    expect(readingText({ table, done: 5, all: 16, rows: 1_250_000 })).toBe('5 of 16 ranges, 1,250,000 rows');
  });

  it('tell how files and table differ', () => {
    const table = { schema: 'public', name: 'Orders' };
    const verified = { table, rows: 1, changes: 1, complete: true, irregular: 0, note: null };
    const compared = { rows: 1, missing: 0, extra: 0, different: 0, unknownValues: 0 };
    expect(comparedText({ ...verified, compared })).toBe('the same');
    expect(comparedText({ ...verified, compared: { ...compared, missing: 2, different: 1 } })).toBe(
      '2 missing, 1 different',
    );
    expect(comparedText({ ...verified, compared: null, note: 'it has no key' })).toBe('it has no key');
  });
});

describe('the plot', () => {
  const end = Date.parse('2026-11-22T10:00:00Z');
  const size = { width: 600, height: 52 };
  const sample = (minutesAgo: number, changesPerSecond: number): CaptureSample => ({
    at: new Date(end - minutesAgo * 60_000).toISOString(),
    lagBytes: null,
    lagSeconds: null,
    changesPerSecond,
  });

  it('draws the hour before the end, and no more', () => {
    const samples = [sample(61, 900), sample(60, 0), sample(59, 100), sample(0, 50)];
    expect(plotLine(samples, (each) => each.changesPerSecond, end, size)).toEqual({
      lines: ['0.0,51.0 10.0,1.0'],
      most: 100,
    });
  });

  it('is interrupted where nobody has worked, or nobody knows', () => {
    const samples = [sample(30, 1), sample(29, 1), sample(10, 1), sample(9, 1)];
    expect(plotLine(samples, (each) => each.changesPerSecond, end, size).lines).toHaveLength(2);
    expect(plotLine(samples, (each) => each.lagBytes, end, size)).toEqual({ lines: [], most: 0 });
  });
});

describe('the dialog of a capture', () => {
  const places = { connection: 'Shop', destination: 'Lake' };
  const values: CaptureValues = {
    ...BLANK_CAPTURE,
    name: 'orders',
    tables: [{ schema: 'public', name: 'Orders' }],
  };

  it('makes the job that the defaults of the contract make', () => {
    expect(captureProblems(values, places)).toEqual({});
    expect(captureSpecSchema.parse(captureSpecOf(values, places))).toEqual(
      captureSpecSchema.parse({
        name: 'orders',
        source: { profile: 'Shop' },
        destination: { profile: 'Lake' },
        tables: values.tables,
      }),
    );
  });

  it('takes a publication in place of tables', () => {
    const spec = captureSpecOf({ ...values, chosenBy: 'publication', publication: 'all_of_it' }, places);
    expect(spec).toMatchObject({ publication: 'all_of_it' });
    expect(spec).not.toHaveProperty('tables');
  });

  it.each<[string, Partial<CaptureValues>, string]>([
    ['no name', { name: '' }, 'name'],
    ['a name that is no name', { name: '/x' }, 'name'],
    ['no table', { tables: [] }, 'tables'],
    ['no publication', { chosenBy: 'publication' }, 'publication'],
    ['a slot that Postgres refuses', { slot: 'My-Slot' }, 'slot'],
    ['a key in which objects could meet', { key: '{table}.{ext}' }, 'key'],
    ['too small objects', { rollMebibytes: '0.001' }, 'rollBytes'],
    ['an empty roll', { rollRows: '' }, 'rollRows'],
    ['seconds that are no number', { rollSeconds: 'soon' }, 'rollSeconds'],
    ['too little disk', { spoolGibibytes: '0.001' }, 'spoolBytes'],
    ['no disk', { spoolGibibytes: ' ' }, 'spoolBytes'],
    ['too many connections', { parallel: '33' }, 'parallel'],
    ['connections that are no number', { parallel: 'many' }, 'parallel'],
  ])('says what is wrong: %s', (_, change, field) => {
    expect(Object.keys(captureProblems({ ...values, ...change }, places))).toEqual([field]);
  });

  it('wants a connection and a destination', () => {
    expect(captureProblems(values, { connection: undefined, destination: undefined })).toMatchObject({
      source: 'Choose a connection.',
      destination: 'Choose a destination.',
    });
  });

  it('offers the tables that a publication takes, and finds them by their names', () => {
    const relation = (name: string, change: Partial<Relation> = {}): Relation => ({
      schema: 'public',
      name,
      kind: 'table',
      estimatedRows: 1,
      bytes: 1,
      readable: true,
      partitionOf: null,
      comment: null,
      ...change,
    });
    const offered = capturable([
      relation('Orders'),
      relation('sales', { kind: 'partitioned' }),
      relation('sales_2026', { partitionOf: 'sales' }),
      relation('open', { kind: 'view' }),
    ]);
    expect(offered.map(({ name }) => name)).toEqual(['Orders', 'sales']);
    expect(matching(offered, ' ORD ').map(({ name }) => name)).toEqual(['Orders']);
    const [orders] = values.tables;
    expect(toggledTable(values.tables, orders!)).toEqual([]);
    expect(toggledTable([], orders!)).toEqual([orders]);
    const every = toggledTables(values.tables, offered);
    expect(every.map(({ name }) => name)).toEqual(['Orders', 'sales']);
    expect(toggledTables(every, offered)).toEqual([]);
    expect(missingTables([...every, { schema: 'public', name: 'gone' }], offered)).toEqual([
      { schema: 'public', name: 'gone' },
    ]);
  });

  it('says in one line what is folded', () => {
    expect(objectsSummary(values)).toBe('zstd, up to 64 MiB or 60 s');
    expect(objectsSummary({ ...values, format: 'parquet' })).toBe('up to 64 MiB or 60 s');
    expect(slotSummary(values)).toBe('rows first, slot sluice_orders');
    expect(slotSummary({ ...values, name: '', snapshot: false })).toBe('changes only');
  });

  it('shows a key of the first table', () => {
    const now = new Date('2026-11-22T10:00:00Z');
    expect(captureKeyExample(values, now)).toBe(
      'orders/public/Orders/2026-11-22/0000005A01B80000-0000005A01B85D70-00001.jsonl.zst',
    );
    expect(captureKeyExample({ ...values, key: '{table}' }, now)).toBeUndefined();
  });

  it.each([
    fakeCaptureSpec('orders'),
    captureSpecSchema.parse({
      ...fakeCaptureSpec('sizes'),
      rollBytes: 100_000,
      spoolBytes: 1024 ** 3 + 1,
      parallel: 4,
      unchanged: 'placeholder',
      compression: 'gzip',
      rollSeconds: 0.5,
      slot: 'my_slot',
      publication: 'mine',
      snapshot: false,
    }),
    captureSpecSchema.parse({ ...fakeCaptureSpec('by publication'), tables: undefined, publication: 'all' }),
    captureSpecSchema.parse({
      ...fakeCaptureSpec('elsewhere'),
      source: { settings: { host: 'db', port: 5432, database: 'shop', user: 'me', tls: 'prefer' } },
      destination: { folder: '/data' },
    }),
  ])('keeps a job that is opened and saved as it was: $name', (saved) => {
    const shown = captureValuesOf(saved, { connectionId: 'a', destinationId: 'b' });
    expect(captureProblems(shown, places, saved)).toEqual({});
    expect(captureSpecSchema.parse(captureSpecOf(shown, places, saved))).toEqual(saved);
  });

  it('changes what may change of a job that is saved, and nothing else', () => {
    const saved = captureSpecSchema.parse({ ...fakeCaptureSpec('orders'), format: 'flat' });
    const shown = captureValuesOf(saved, { connectionId: 'a', destinationId: 'b' });
    const elsewhere = { connection: 'Other', destination: 'Other' };
    const change = { name: 'x', format: 'parquet', rollSeconds: '5', tables: values.tables } as const;
    expect(captureSpecSchema.parse(captureSpecOf({ ...shown, ...change }, elsewhere, saved))).toEqual({
      ...saved,
      rollSeconds: 5,
      tables: values.tables,
    });
  });
});

describe('the address', () => {
  it('names a capture with any character', () => {
    const route = { screen: 'capture', name: 'a job/with 100 %' } as const;
    expect(parseRoute(formatRoute(route))).toEqual(route);
    expect(parseRoute('#/captures')).toEqual({ screen: 'captures' });
  });
});
