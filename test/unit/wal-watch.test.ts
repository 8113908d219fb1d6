/** When the watch speaks, how often it looks, and which slots are ours to warn of. */
import { describe, expect, it } from 'vitest';
import { captureSpecSchema } from '../../electron/contract/capture-spec.ts';
import type { SourceRef } from '../../electron/contract/extract-spec.ts';
import type { Slot, WalLevel } from '../../electron/contract/wal.ts';
import { capturedSlots } from '../../electron/engine/capture/captured-slots.ts';
import { isOwnSlot, ownHolding, WORTH_A_WORD } from '../../electron/engine/wal/own-slots.ts';
import { afterFailure, heldSlot, verdictOf } from '../../electron/engine/wal/verdict.ts';
import { walStatus } from '../../electron/engine/wal/wal-status.ts';
import {
  decideNotice,
  noticeOf,
  QUIET_MS,
  REMIND_MS,
  type Said,
} from '../../electron/engine/wal/watch-notice.ts';
import { pauseMs, WATCH_PACE } from '../../electron/engine/wal/watch-pace.ts';
import { slotOf, walServer } from '../fakes/wal-facts.ts';

const ID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';
const MINUTE = 60_000;
const NONE: ReadonlySet<string> = new Set();

/** A look: when it was, and what was troubled. */
type Look = readonly [atMs: number, level: WalLevel, ...slots: string[]];

/** The moments at which the guardian speaks. */
function spoken(looks: readonly Look[]): number[] {
  let said: Said | undefined;
  return looks.flatMap(([atMs, level, ...slots]) => {
    const troubled = slots.map((slot) => ({ slot, level, text: '' }));
    const decided = decideNotice(said, { level, troubled }, atMs);
    said = decided.said;
    return decided.speak ? [atMs] : [];
  });
}

describe('when it speaks', () => {
  it.each<[string, Look[], number[]]>([
    [
      'never while all is well',
      [
        [0, 'ok'],
        [MINUTE, 'ok'],
      ],
      [],
    ],
    [
      'at once when a slot gets worse',
      [
        [0, 'ok'],
        [MINUTE, 'danger', 'a'],
      ],
      [MINUTE],
    ],
    ['at the first look, when it is bad already', [[0, 'watch', 'a']], [0]],
    [
      'once, and not at every look',
      [
        [0, 'danger', 'a'],
        [MINUTE, 'danger', 'a'],
        [30 * MINUTE, 'danger', 'a'],
      ],
      [0],
    ],
    [
      'again when watch becomes danger, however soon',
      [
        [0, 'watch', 'a'],
        [1_000, 'danger', 'a'],
      ],
      [0, 1_000],
    ],
    [
      'not when danger becomes watch',
      [
        [0, 'danger', 'a'],
        [20 * MINUTE, 'watch', 'a'],
      ],
      [0],
    ],
    [
      'not again and again for a slot that goes up and down at a limit',
      [
        [0, 'danger', 'a'],
        [MINUTE, 'ok'],
        [2 * MINUTE, 'danger', 'a'],
        [3 * MINUTE, 'watch', 'a'],
        [4 * MINUTE, 'danger', 'a'],
      ],
      [0],
    ],
    [
      'again after it was well for a while',
      [
        [0, 'danger', 'a'],
        [MINUTE, 'ok'],
        [QUIET_MS, 'ok'],
        [QUIET_MS + MINUTE, 'danger', 'a'],
      ],
      [0, QUIET_MS + MINUTE],
    ],
    [
      'again when it gets worse after it was better for a while',
      [
        [0, 'danger', 'a'],
        [QUIET_MS, 'watch', 'a'],
        [QUIET_MS + MINUTE, 'danger', 'a'],
      ],
      [0, QUIET_MS + MINUTE],
    ],
    [
      'of another slot, when the first word is old enough',
      [
        [0, 'danger', 'a'],
        [MINUTE, 'danger', 'a', 'b'],
        [QUIET_MS, 'danger', 'a', 'b'],
        [2 * QUIET_MS, 'danger', 'b'],
      ],
      [0, QUIET_MS],
    ],
    [
      'of a danger that goes on, a few times a day',
      [
        [0, 'danger', 'a'],
        [REMIND_MS - 1, 'danger', 'a'],
        [REMIND_MS, 'danger', 'a'],
      ],
      [0, REMIND_MS],
    ],
    [
      'of what is to be watched, only once',
      [
        [0, 'watch', 'a'],
        [2 * REMIND_MS, 'watch', 'a'],
      ],
      [0],
    ],
  ])('%s', (_, looks, expected) => {
    expect(spoken(looks)).toEqual(expected);
  });

  it('names the connection, the worst slot and how many more there are', () => {
    const slots = ['one', 'two', 'three'].map((name) =>
      slotOf({ name, walStatus: 'lost', retainedBytes: null }),
    );
    const verdict = verdictOf(
      ID,
      walStatus({ server: walServer(), slots, senders: [] }, [], undefined),
      NONE,
    );
    expect(noticeOf('Shop', verdict)).toMatchObject({
      connectionId: ID,
      level: 'danger',
      title: 'Shop: one and 2 more slots in danger',
      body: expect.stringContaining('The slot is lost'),
    });
  });

  it('keeps what was found while the server is away', () => {
    const slots = [slotOf({ walStatus: 'lost' })];
    const verdict = verdictOf(
      ID,
      walStatus({ server: walServer(), slots, senders: [] }, [], undefined),
      NONE,
    );
    const error = { code: 'SOURCE_UNREACHABLE', message: 'm', hint: 'h', details: {}, causes: [] } as const;
    expect(afterFailure(ID, verdict, { ...error, causes: [] }, 'now')).toMatchObject({
      level: 'danger',
      error,
    });
    expect(afterFailure(ID, undefined, { ...error, causes: [] }, 'now')).toMatchObject({
      level: 'ok',
      at: 'now',
      error,
    });
  });
});

describe('how often it looks', () => {
  it('doubles the pause while the server is away, up to ten minutes', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 1_000].map((failures) => pauseMs(WATCH_PACE, failures) / 1_000);
    expect(pauses).toEqual([30, 60, 120, 240, 480, 600, 600, 600]);
  });
});

describe('which slots are warned of before Sluice is left', () => {
  const own = (change: Partial<Slot> = {}) =>
    slotOf({ name: 'sluice_orders', retainedBytes: WORTH_A_WORD, ...change });

  it.each<[string, Slot[], string[]]>([
    ['none of somebody else', [slotOf({ retainedBytes: 2 * WORTH_A_WORD })], []],
    ['one that holds much and is not read', [own()], ['sluice_orders']],
    ['one that is read now, and will not be', [own({ active: true, retainedBytes: 100 })], ['sluice_orders']],
    [
      'one of a capture that reads a slot with another name',
      [slotOf({ name: 'cdc', active: true, activeBy: 'sluice from 10.0.0.2' })],
      ['cdc'],
    ],
    [
      'one that a saved capture reads under a name of its own, while nobody reads it',
      [slotOf({ name: 'wal_to_s3', retainedBytes: WORTH_A_WORD })],
      ['wal_to_s3'],
    ],
    ['not one that holds next to nothing and is not read', [own({ retainedBytes: 100 })], []],
    ['not a peek, which ends with its connection', [own({ name: 'sluice_peek_00ff', temporary: true })], []],
    ['not a slot that is lost and holds nothing', [own({ walStatus: 'lost' })], []],
    [
      'not one that holds less than another one does',
      [own(), slotOf({ retainedBytes: WORTH_A_WORD + 1 })],
      [],
    ],
  ])('%s', (_, slots, expected) => {
    expect(ownHolding(slots, new Set(['wal_to_s3'])).map(({ name }) => name)).toEqual(expected);
  });

  it('does not take a program for Sluice that begins with its name', () => {
    expect(isOwnSlot({ name: 'cdc', activeBy: 'sluicegate from 10.0.0.2' }, NONE)).toBe(false);
    expect(isOwnSlot({ name: 'cdc', activeBy: 'sluice' }, NONE)).toBe(true);
  });

  it('knows the slots of saved captures of the same server, by their own name or the one that Sluice gives', () => {
    const at = (host: string) => ({
      settings: { host, port: 5432, database: 'shop', user: 'ada', tls: 'prefer' as const },
    });
    const spec = (name: string, source: object, slot?: string) =>
      captureSpecSchema.parse({ name, source, slot, destination: { folder: '/x' }, publication: 'p' });
    const specs = [
      spec('Orders 2', at('db')),
      spec('b', { profile: 'Shop' }, 'wal_to_s3'),
      spec('c', at('elsewhere'), 'not_here'),
      spec('d', { profile: 'gone' }, 'nowhere'),
    ];
    const placeOf = (source: SourceRef) =>
      'settings' in source ? source.settings : source.profile === 'Shop' ? at('db').settings : undefined;
    expect([...capturedSlots(specs, at('db').settings, placeOf)]).toEqual(['sluice_orders_2', 'wal_to_s3']);
  });

  it('says where it is and how much it holds', () => {
    const held = { name: 'sluice_orders', retainedBytes: 1_500_000_000, active: false };
    expect(heldSlot('Shop', held).text).toBe('The slot sluice_orders on Shop holds 1.5 GB of WAL');
  });
});
