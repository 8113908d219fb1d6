/** `sluice wal …` with an engine that is not there. */
import { describe, expect, it } from 'vitest';
import type { PeekPage } from '../../electron/contract/peek.ts';
import type { Slot } from '../../electron/contract/wal.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { walStatus } from '../../electron/engine/wal/wal-status.ts';
import { cliWorld, LENT_ID } from '../fakes/cli-world.ts';
import { slotOf, walServer } from '../fakes/wal-facts.ts';

const PG = ['--pg', 'postgres://me@db/shop'];
const statusOf = (...slots: Slot[]): Partial<CallHandlers> => ({
  'wal.status': () => Promise.resolve(walStatus({ server: walServer(), slots, senders: [] }, [], undefined)),
});

describe('sluice wal status', () => {
  const status = (slots: Slot[], ...more: string[]) =>
    cliWorld(statusOf(...slots)).run('wal', 'status', ...PG, '--seconds', '0', ...more);

  it('is a table with the advice below it, and ends with 5 in danger', async () => {
    const { exitCode, out, err } = await status([
      slotOf({ active: true }),
      slotOf({ name: 'gone', walStatus: 'lost' }),
    ]);
    expect(exitCode).toBe(5);
    expect(err).toBe('Postgres 18.4, wal_level logical, at 3/40000000\n');
    expect(out).toMatch(/^ok +orders +pgoutput +shop +yes/m);
    expect(out).toContain('danger: gone: The slot is lost');
    expect(out).toContain("SELECT pg_drop_replication_slot('gone');");
  });

  it('ends with 0 where nothing is in danger', async () => {
    expect((await status([slotOf({ active: true })])).exitCode).toBe(0);
    const none = await status([]);
    expect([none.exitCode, none.out]).toEqual([0, '']);
    expect(none.err).toContain('There are no replication slots');
  });

  it('is one JSON event a line', async () => {
    const { events, err, exitCode } = await status([slotOf({ walStatus: 'lost' })], '--json');
    expect([err, exitCode]).toEqual(['', 5]);
    expect(events.map(({ type }) => type)).toEqual(['server', 'slot', 'finished']);
    expect(events[1]).toMatchObject({ name: 'orders', slotType: 'logical', health: { level: 'danger' } });
  });

  it('is the text format of Prometheus', async () => {
    const { out } = await status([slotOf({ name: 'a"b', retainedBytes: 7 })], '--prometheus');
    expect(out).toContain('# TYPE sluice_slot_retained_bytes gauge\n');
    expect(out).toContain('sluice_slot_retained_bytes{slot="a\\"b",type="logical",database="shop"} 7\n');
    expect(out).not.toContain('null');
  });

  it('shows one slot, or those that hold the most', async () => {
    const slots = [slotOf({ name: 'a', retainedBytes: 1 }), slotOf({ name: 'b', retainedBytes: 2 })];
    expect((await status(slots, '--limit', '1', '--json')).events[1]).toMatchObject({ name: 'b' });
    expect((await status(slots, '--slot', 'a', '--json')).events[1]).toMatchObject({ name: 'a' });
    const missing = await status(slots, '--slot', 'c');
    expect([missing.exitCode, missing.out]).toEqual([5, '']);
    expect(missing.err).toContain('SLOT_NOT_FOUND');
  });
});

describe('sluice wal peek', () => {
  const page: PeekPage = {
    transactions: [
      { xid: 7, state: 'committed', commitLsn: '0/2', commitTime: null, origin: null, changes: 1, bytes: 40 },
    ],
    changes: [
      {
        index: 0,
        xid: 7,
        lsn: '0/1',
        operation: 'update',
        relation: { schema: 'public', name: 'Orders' },
        identity: 'default',
        text: null,
        bytes: 40,
        columns: [
          { name: 'id', type: 'integer', key: true, before: '1', after: '1', changed: 'no' },
          {
            name: 'status',
            type: 'text',
            key: false,
            before: { absent: 'notCarried' },
            after: 'pa\u001bid',
            changed: 'unknown',
          },
          {
            name: 'note',
            type: 'text',
            key: false,
            before: { absent: 'notCarried' },
            after: { absent: 'unchanged' },
            changed: 'no',
          },
        ],
      },
    ],
    withdrawn: [],
    plugin: 'pgoutput',
    warnings: [],
    progress: { lsn: '0/2', changes: 1, bytes: 40, elapsedMs: 3 },
    end: 'caughtUp',
  };
  const world = () => {
    const asked: unknown[] = [];
    const closed: string[] = [];
    const calls: Partial<CallHandlers> = {
      'wal.peekOpen': (input) => {
        asked.push(input);
        return Promise.resolve({
          peekId: LENT_ID,
          database: 'shop',
          plugin: 'pgoutput',
          publications: ['p'],
          startLsn: '0/0',
          endLsn: '0/2',
          walBytes: 1_500,
        });
      },
      'wal.peekNext': () => Promise.resolve(page),
      'wal.peekClose': ({ peekId }) => {
        closed.push(peekId);
        return Promise.resolve({});
      },
    };
    return { ...cliWorld(calls), asked, closed };
  };

  it('says what it costs, shows what changed, and closes the peek', async () => {
    const { run, closed } = world();
    const { out, err, exitCode } = await run('wal', 'peek', ...PG, '--slot', 'orders');
    expect(exitCode).toBe(0);
    expect(err).toBe(
      'A copy of orders (shop, pgoutput) from 0/0: the server has 1.5 KB of WAL to read\n1 changes; that is all that is pending\n',
    );
    expect(out).toMatch(/^#0 7 UPDATE public\.Orders id='1', status: \(not in the WAL\) -> 'pa\\u001bid'\n/);
    expect(out).toContain('-- transaction 7 committed at 0/2');
    expect(closed).toEqual([LENT_ID]);
  });

  it('is one JSON event a line, with whole values', async () => {
    const { run, asked } = world();
    const { events } = await run(
      'wal',
      'peek',
      ...PG,
      '--json',
      '--limit',
      '5',
      '--operation',
      'insert,delete',
    );
    expect(events.map(({ type }) => type)).toEqual(['peek', 'change', 'transaction', 'finished']);
    expect(events[1]).toMatchObject({ operation: 'update', columns: page.changes[0]?.columns });
    expect(asked[0]).toMatchObject({
      slot: null,
      limits: { changes: 5 },
      filter: { operations: ['insert', 'delete'] },
      valueLimit: 1_048_576,
    });
  });

  it.each([
    [['--limit', '0'], '--limit'],
    [['--operation', 'select'], '--operation'],
    [['--plugin', 'wal2json'], '--plugin'],
    [['--upto', '16'], 'must look like 16/B374D848'],
  ])('%j is a usage error', async (options, message) => {
    const { exitCode, err } = await world().run('wal', 'peek', ...PG, ...options);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });
});

describe('sluice wal preflight', () => {
  it('ends with 5 when a check has failed, and says what mends it', async () => {
    const { exitCode, out } = await cliWorld({
      'wal.preflight': () =>
        Promise.resolve({
          checks: [
            { code: 'a', title: 'A', outcome: 'pass', text: 'fine', remedy: null },
            { code: 'b', title: 'B', outcome: 'fail', text: 'not', remedy: 'ALTER x;' },
          ],
        }),
    }).run('wal', 'preflight', ...PG);
    expect([exitCode, out]).toEqual([5, 'pass  A: fine\nfail  B: not\n      ALTER x;\n']);
  });
});
