/** Puts the facts of the server, the history and the guardian's verdicts together. Pure. */
import type { WalStatus } from '../../contract/wal.ts';
import { assessSlot, highestLevel } from './guardian.ts';
import { movementOf, walRates, type WalSample } from './wal-history.ts';
import type { WalFacts } from './wal-source.ts';

/** @param history with the sample of these facts as the last */
export function walStatus(
  { server, slots, senders }: WalFacts,
  history: readonly WalSample[],
  diskLimitBytes: number | undefined,
): WalStatus {
  const rates = walRates(history);
  const logical = new Set(slots.filter(({ type }) => type === 'logical').map(({ name }) => name));
  const hasStandby = senders.some(({ slot }) => slot === null || !logical.has(slot));
  const guarded = slots.map((slot) => ({
    ...slot,
    health: assessSlot({
      slot,
      server,
      movement: movementOf(history, slot.name),
      diskLimitBytes,
      hasStandby,
    }),
  }));
  return {
    at: history.at(-1)?.at ?? new Date(0).toISOString(),
    server,
    walBytesPerSecond: rates.at(-1)?.bytesPerSecond ?? null,
    rates,
    slots: guarded,
    senders: [...senders],
    level: highestLevel(guarded.map(({ health }) => health.level)),
  };
}
