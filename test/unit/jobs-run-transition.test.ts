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
  resume: { tag: 'resume' },
  discard: { tag: 'discard' },
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
    resume: '-',
    discard: '-',
  },
  running: {
    enter: 'running',
    pause: 'running',
    continue: 'running',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    'end-cancelled': 'cancelled',
    resume: '-',
    discard: '-',
  },
  cancelling: {
    enter: 'cancelling',
    pause: 'cancelling',
    continue: 'cancelling',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    'end-cancelled': 'cancelled',
    resume: '-',
    discard: '-',
  },
  succeeded: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
    resume: '-',
    discard: '-',
  },
  failed: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
    resume: '-',
    discard: '-',
  },
  cancelled: {
    enter: '-',
    pause: '-',
    continue: '-',
    cancel: '-',
    succeed: '-',
    fail: '-',
    'end-cancelled': '-',
    resume: '-',
    discard: '-',
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

  test('a failed run that has kept something can be resumed and discarded, once', () => {
    const resumable = { doneRanges: 3, ranges: 8 };
    const kept = transition({ tag: 'running', phase: 'transfer' }, { tag: 'fail', at, error, resumable });
    expect(kept).toEqual({ tag: 'failed', finishedAt: at, error, resumable });
    expect(transition(kept, { tag: 'resume' })).toEqual({ tag: 'queued' });
    const discarded = transition(kept, { tag: 'discard' });
    expect(discarded).toEqual({ tag: 'failed', finishedAt: at, error });
    expect(() => transition(discarded, { tag: 'resume' })).toThrow('a run that is failed cannot resume');
    expect(() => transition(kept, { tag: 'cancel' })).toThrow('a run that is failed cannot cancel');
  });

  test.each(RUN_PHASES)('the phase %s is entered', (phase) => {
    expect(transition(states.queued, { tag: 'enter', phase })).toEqual({ tag: 'running', phase });
  });

  test('what can still change is active, and nothing else', () => {
    const active = Object.values(states).filter((state) => isActive(state));
    expect(active.map(({ tag }) => tag)).toEqual(['queued', 'running', 'cancelling']);
  });
});
