/** What was measured in the last minutes, and what follows from it. Pure. */
import type { Slot } from '../../contract/wal.ts';
import { lsnDistance, parseLsn } from '../decode/lsn.ts';
import type { WalFacts } from './wal-source.ts';

/** Milliseconds of history that are kept. */
export const HISTORY_MS = 15 * 60_000;

/** Samples that are kept: at the usual pace, fewer; bounds the memory where somebody asks faster. */
const SAMPLES = 400;

/** Milliseconds below which a rate says more about the clock than about the WAL. */
const LEAST_SPAN_MS = 500;

export interface SlotSample {
  readonly restart: string | null;
  readonly flush: string | null;
  readonly retained: number | null;
}

/** One look at the server. */
export interface WalSample {
  /** Milliseconds that only go forward. */
  readonly atMs: number;
  /** ISO 8601. */
  readonly at: string;
  readonly lsn: bigint;
  readonly slots: ReadonlyMap<string, SlotSample>;
}

export function sampleOf(facts: WalFacts, atMs: number, at: string): WalSample {
  const of = ({ restartLsn, confirmedFlushLsn, retainedBytes }: Slot): SlotSample => ({
    restart: restartLsn,
    flush: confirmedFlushLsn,
    retained: retainedBytes,
  });
  return {
    atMs,
    at,
    lsn: parseLsn(facts.server.currentLsn),
    slots: new Map(facts.slots.map((slot) => [slot.name, of(slot)])),
  };
}

/**
 * The history with one more sample. It begins anew where the position has gone back: that is another server, restored or
 * promoted, and its distances to the one before mean nothing.
 */
export function withSample(history: readonly WalSample[], sample: WalSample): readonly WalSample[] {
  const last = history.at(-1);
  if (last !== undefined && sample.lsn < last.lsn) return [sample];
  const kept = history.filter(({ atMs }) => sample.atMs - atMs <= HISTORY_MS);
  return [...kept, sample].slice(-SAMPLES);
}

/** Bytes of WAL a second, oldest first. Samples that lie too near to each other are taken together. */
export function walRates(
  history: readonly WalSample[],
): { readonly at: string; readonly bytesPerSecond: number }[] {
  const rates = [];
  let [before] = history;
  for (const sample of history.slice(1)) {
    if (before === undefined || sample.atMs - before.atMs < LEAST_SPAN_MS) continue;
    const seconds = (sample.atMs - before.atMs) / 1_000;
    rates.push({ at: sample.at, bytesPerSecond: lsnDistance(before.lsn, sample.lsn) / seconds });
    before = sample;
  }
  return rates;
}

/** How a slot has moved over the samples that know it. */
export interface SlotMovement {
  readonly seconds: number;
  /** Bytes a second by which the WAL that is held has grown; negative where it shrinks. Null without two samples. */
  readonly growthBytesPerSecond: number | null;
  readonly restartMoved: boolean;
  readonly flushMoved: boolean;
  /** Bytes of WAL that were written meanwhile. */
  readonly walBytes: number;
}

const STANDING: SlotMovement = {
  seconds: 0,
  growthBytesPerSecond: null,
  restartMoved: false,
  flushMoved: false,
  walBytes: 0,
};

export function movementOf(history: readonly WalSample[], slot: string): SlotMovement {
  const known = history.filter(({ slots }) => (slots.get(slot)?.retained ?? null) !== null);
  const [first, last] = [known[0], known.at(-1)];
  const [from, to] = [first?.slots.get(slot), last?.slots.get(slot)];
  if (first === undefined || last === undefined || from === undefined || to === undefined) return STANDING;
  const milliseconds = last.atMs - first.atMs;
  if (milliseconds < LEAST_SPAN_MS) return STANDING;
  const seconds = milliseconds / 1_000;
  return {
    seconds,
    growthBytesPerSecond: ((to.retained ?? 0) - (from.retained ?? 0)) / seconds,
    restartMoved: from.restart !== to.restart,
    flushMoved: from.flush !== to.flush,
    walBytes: lsnDistance(first.lsn, last.lsn),
  };
}
