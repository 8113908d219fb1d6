/** What the sidebar and the close guard make of verdicts. */
import { describe, expect, it } from 'vitest';
import type { WalVerdict } from '../../electron/contract/wal-watch.ts';
import { afterEvent, heldSlots, troubledVerdicts, type WalState } from '../../renderer/state/wal-store.ts';

const NOTHING: WalState = { verdicts: new Map(), watches: new Map() };
const verdict = (connectionId: string, change: Partial<WalVerdict> = {}): WalVerdict => ({
  connectionId,
  at: '2026-11-22T09:30:00Z',
  level: 'ok',
  troubled: [],
  count: 0,
  own: [],
  error: null,
  ...change,
});
const after = (...verdicts: WalVerdict[]) =>
  verdicts.reduce((state, each) => afterEvent(state, { type: 'wal', verdict: each }), NOTHING);

describe('verdicts', () => {
  it('are those of the last look at each connection', () => {
    const state = after(verdict('a', { level: 'danger' }), verdict('b'), verdict('a', { level: 'watch' }));
    expect([...state.verdicts.values()].map(({ level }) => level)).toEqual(['watch', 'ok']);
    expect(afterEvent(state, { type: 'profiles' })).toBe(state);
  });

  it('that are bad come with the worst first, and none of a connection that is gone', () => {
    const state = after(
      verdict('a', { level: 'watch' }),
      verdict('b'),
      verdict('c', { level: 'danger' }),
      verdict('gone', { level: 'danger' }),
    );
    expect(troubledVerdicts(state, ['a', 'b', 'c', 'new']).map(({ connectionId }) => connectionId)).toEqual([
      'c',
      'a',
    ]);
  });

  it('name the slots of Sluice that hold WAL', () => {
    const own = [{ name: 'sluice_orders', retainedBytes: 7, active: true }];
    expect(heldSlots(after(verdict('a', { own }), verdict('b')))).toEqual(own);
    expect(heldSlots(after(verdict('a', { own }), verdict('a')))).toEqual([]);
  });
});
