/** Where a capture begins, for every state of the slot and the checkpoint; what it refuses says what is missing. */
import { describe, expect, test } from 'vitest';
import type { CaptureCheckpoint } from '../../electron/contract/capture-log.ts';
import type { SlotFacts } from '../../electron/engine/capture/capture-source.ts';
import { decideStart, type StartQuestion } from '../../electron/engine/capture/start-decision.ts';

const slot = {
  plugin: 'pgoutput',
  database: 'shop',
  confirmedFlushLsn: 0x1000n,
  restartLsn: 0x800n,
  walStatus: 'reserved',
  activePid: undefined,
  twoPhase: false,
};
const facts: SlotFacts = {
  systemIdentifier: '7',
  timeline: 1,
  leftTimelines: [],
  database: 'shop',
  serverVersion: '18.4',
  slot,
  publication: { tables: [], identities: [] },
  currentLsn: 0x9000n,
};
const checkpoint: CaptureCheckpoint = {
  version: 1,
  job: 'orders',
  slot: 'sluice_orders',
  publication: 'sluice_orders',
  database: 'shop',
  systemIdentifier: '7',
  timeline: 1,
  format: 'jsonl',
  compression: 'zstd',
  epoch: 3,
  writer: null,
  fenced: true,
  sequence: 12,
  durableLsn: '0/2000',
  durableCommitAt: '2026-11-22T10:00:00.000Z',
  tables: [],
  pending: [],
  writeId: 'x',
  updatedAt: '2026-11-22T10:00:00.000Z',
};
const question: StartQuestion = {
  facts,
  slot: 'sluice_orders',
  ownSlot: true,
  checkpoint,
  resnapshot: false,
};
const withSlot = (change: Partial<typeof slot>): SlotFacts => ({ ...facts, slot: { ...slot, ...change } });
const left = (timeline: number, at: bigint) => ({ timeline, at });
const noSlot: SlotFacts = { ...facts, slot: undefined };

describe('a capture goes on', () => {
  test.each<[string, Partial<StartQuestion>, object]>([
    ['from its checkpoint', {}, { tag: 'resume', from: 0x2000n }],
    [
      'with a new slot where it is the first time',
      { checkpoint: undefined, facts: noSlot },
      { tag: 'create' },
    ],
    ['with a slot that is there the first time', { checkpoint: undefined }, { tag: 'adopt', from: 0x1000n }],
    [
      'where it died between the checkpoint and the slot',
      { checkpoint: { ...checkpoint, durableLsn: '0/0' }, facts: noSlot },
      { tag: 'create' },
    ],
    [
      'where it died behind the slot, before the checkpoint knew',
      { checkpoint: { ...checkpoint, durableLsn: '0/0' } },
      { tag: 'adopt', from: 0x1000n },
    ],
    [
      'on another timeline of the same cluster, which has all of the history',
      { facts: { ...facts, timeline: 3, leftTimelines: [left(1, 0x2000n), left(2, 0x2800n)] } },
      { tag: 'resume', from: 0x2000n },
    ],
    ['anew where it was told to', { resnapshot: true }, { tag: 'renew' }],
    ['anew without the slot', { resnapshot: true, facts: noSlot }, { tag: 'renew' }],
    ['anew with a lost slot', { resnapshot: true, facts: withSlot({ walStatus: 'lost' }) }, { tag: 'renew' }],
  ])('%s', (_, change, expected) => {
    expect(decideStart({ ...question, ...change })).toEqual(expected);
  });
});

describe('a capture refuses, and says what is missing', () => {
  test.each<[string, Partial<StartQuestion>, string, RegExp]>([
    ['a slot that is gone', { facts: noSlot }, 'SLOT_MISSING', /gone.*0\/2000.*0\/9000 \(28\.7 kB of WAL/],
    [
      'a slot that is ahead',
      { facts: withSlot({ confirmedFlushLsn: 0x3000n }) },
      'SLOT_GAP',
      /0\/3000.*missing/,
    ],
    ['a slot whose WAL is gone', { facts: withSlot({ walStatus: 'lost' }) }, 'SLOT_LOST', /0\/2000/],
    ['another cluster', { facts: { ...facts, systemIdentifier: '8' } }, 'SLOT_OTHER_SERVER', /cluster 7.*8/],
    [
      'another database',
      { facts: { ...withSlot({ database: 'x' }), database: 'x' } },
      'SLOT_OTHER_SERVER',
      /"shop"/,
    ],
    [
      'a server behind the history',
      { facts: { ...facts, currentLsn: 0x1fffn } },
      'SLOT_OTHER_SERVER',
      /lost what/,
    ],
    [
      'a server that was promoted before it had all of it, and has written more since',
      { facts: { ...facts, timeline: 2, leftTimelines: [left(1, 0x1fffn)] } },
      'SLOT_OTHER_SERVER',
      /timeline 1 up to 0\/2000.*left at 0\/1FFF/,
    ],
    [
      'a timeline that does not come from that of the history',
      {
        facts: { ...facts, timeline: 3, leftTimelines: [left(1, 0x2800n)] },
        checkpoint: { ...checkpoint, timeline: 2 },
      },
      'SLOT_OTHER_SERVER',
      /timeline 3 .* does not come from/,
    ],
    ['another slot', { slot: 'other' }, 'SLOT_GAP', /"sluice_orders"/],
    ['another plugin', { facts: withSlot({ plugin: 'wal2json' }) }, 'SLOT_REFUSED', /wal2json/],
    ['a slot of another database', { facts: withSlot({ database: 'x' }) }, 'SLOT_REFUSED', /"x"/],
  ])('%s', (_, change, code, message) => {
    const decision = decideStart({ ...question, ...change });
    expect(decision.tag).toBe('refuse');
    if (decision.tag !== 'refuse') return;
    expect(decision.error.code).toBe(code);
    expect(decision.error.message).toMatch(message);
  });

  test('a slot that somebody else has made is not dropped unasked', () => {
    const lost = {
      ...question,
      checkpoint: undefined,
      ownSlot: false,
      facts: withSlot({ walStatus: 'lost' }),
    };
    expect(decideStart(lost).tag).toBe('refuse');
    expect(decideStart({ ...lost, ownSlot: true }).tag).toBe('renew');
  });
});
