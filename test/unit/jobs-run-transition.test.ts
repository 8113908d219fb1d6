import { describe, expect, test } from 'vitest';
import { toWireError } from '../../electron/contract/app-error.ts';
import { RUN_PHASES, isActive, type RunState } from '../../electron/contract/run.ts';
import { transition, type RunMove } from '../../electron/engine/jobs/run-transition.ts';

const at = '2026-11-22T09:30:00.000Z';
const error = toWireError(new Error('x'));
const result = { finishedAt: at, rows: 5, bytes: 162, objects: [], manifest: 's3://b/m.json' };

const states = {
  queued: { tag: 'queued' },
  running: { tag: 'running', phase: 'plan' },
  cancelling: { tag: 'cancelling' },
  succeeded: { tag: 'succeeded', ...result },
  failed: { tag: 'failed', finishedAt: at, error },
  cancelled: { tag: 'cancelled', finishedAt: at },
} satisfies Record<RunState['tag'], RunState>;

const moves = {
  enter: { tag: 'enter', phase: 'transfer' },
  pause: { tag: 'pause' },
  continue: { tag: 'continue' },
  cancel: { tag: 'cancel' },
  succeed: { tag: 'succeed', result },
  fail: { tag: 'fail', at, error },
  'end-cancelled': { tag: 'end-cancelled', at },
} satisfies Record<RunMove['tag'], RunMove>;

/** The state after each move; a dash where the move is a bug. */
const TABLE: Readonly<Record<RunState['tag'], Readonly<Record<RunMove['tag'], RunState['tag'] | '-'>>>> = {
  queued: {
    enter: 'running',
    pause: '-',
    continue: '-',
    cancel: 'cancelling',
    succeed: '-',
    fail: 'failed',
    'end-cancelled': 'cancelled',
  },
  running: {
    enter: 'running',
    pause: 'running',
    continue: 'running',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    'end-cancelled': 'cancelled',
  },
  cancelling: {
    enter: 'cancelling',
    pause: 'cancelling',
    continue: 'cancelling',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    'end-cancelled': 'cancelled',
  },
  succeeded: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
  },
  failed: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
  },
  cancelled: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
  },
};

const rows = Object.entries(TABLE).flatMap(([state, row]) =>
  Object.entries(row).map(([move, next]) => [state, move, next] as const),
);

describe('the moves of a run', () => {
  test.each(rows)('%s + %s = %s', (state, move, next) => {
    const from = states[state as keyof typeof states];
    const step = moves[move as keyof typeof moves];
    if (next === '-') expect(() => transition(from, step)).toThrow(`a run that is ${state} cannot ${move}`);
    else
      expect(transition(from, step)).toEqual({
        ...states[next],
        ...(next === 'running' && move === 'enter' ? { phase: 'transfer' } : {}),
        ...(next === 'running' && move === 'pause' ? { paused: true } : {}),
      });
  });

  test('what is paused stays so through the phases, until it goes on or is cancelled', () => {
    const paused = transition(states.running, { tag: 'pause' });
    const later = transition(paused, moves.enter);
    expect(later).toEqual({ tag: 'running', phase: 'transfer', paused: true });
    expect(transition(later, { tag: 'continue' })).toEqual({ tag: 'running', phase: 'transfer' });
    expect(transition(later, { tag: 'cancel' })).toEqual({ tag: 'cancelling' });
  });

  test.each(RUN_PHASES)('the phase %s is entered', (phase) => {
    expect(transition(states.queued, { tag: 'enter', phase })).toEqual({ tag: 'running', phase });
  });

  test('what can still change is active, and nothing else', () => {
    const active = Object.values(states).filter((state) => isActive(state));
    expect(active.map(({ tag }) => tag)).toEqual(['queued', 'running', 'cancelling']);
  });
});
