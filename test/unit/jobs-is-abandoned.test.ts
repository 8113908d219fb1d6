import { describe, expect, test } from 'vitest';
import { toWireError } from '../../electron/contract/app-error.ts';
import type { RunState } from '../../electron/contract/run.ts';
import { isAbandoned } from '../../electron/engine/jobs/recover.ts';
import type { StoredRun } from '../../electron/engine/ports.ts';
import { storedRun } from '../fakes/stored-run.ts';

const at = '2026-11-22T09:30:00.000Z';
const self = { pid: 100, host: 'here', startedAt: '2026-11-22T10:00:00.000Z' };
const alive = () => true;
const dead = () => false;

const states = {
  queued: { tag: 'queued' },
  running: { tag: 'running', phase: 'transfer' },
  cancelling: { tag: 'cancelling' },
  succeeded: { tag: 'succeeded', finishedAt: at, rows: 0, bytes: 0, objects: [], manifest: 'm' },
  failed: { tag: 'failed', finishedAt: at, error: toWireError(new Error('x')) },
  cancelled: { tag: 'cancelled', finishedAt: at },
} satisfies Record<RunState['tag'], RunState>;

function run(tag: RunState['tag'], change: Partial<StoredRun> = {}): StoredRun {
  const stored = storedRun(1);
  return {
    ...stored,
    run: { ...stored.run, state: states[tag] },
    owner: { pid: 7, host: 'here', startedAt: at },
    ...change,
  };
}

describe('a run is looked after', () => {
  test.each([
    ['queued', true],
    ['running', true],
    ['cancelling', true],
    ['succeeded', false],
    ['failed', false],
    ['cancelled', false],
  ] as const)('whose process is gone and that is %s: %s', (tag, expected) => {
    expect(isAbandoned(run(tag), self, dead)).toBe(expected);
  });

  test.each(['succeeded', 'failed', 'cancelled'] as const)(
    'that is %s and has left something behind',
    (tag) => {
      expect(isAbandoned(run(tag, { openUploads: [{ key: 'k', uploadId: 'u' }] }), self, dead)).toBe(true);
      expect(isAbandoned(run(tag, { writtenKeys: ['k'] }), self, dead)).toBe(true);
    },
  );

  test('that had the number of this process, which was started later', () => {
    expect(isAbandoned(run('running', { owner: { ...self, startedAt: at } }), self, alive)).toBe(true);
  });
});

describe('a run is left alone', () => {
  test('while its process lives', () => {
    expect(isAbandoned(run('running'), self, alive)).toBe(false);
  });

  test('that this process itself works on', () => {
    expect(isAbandoned(run('running', { owner: self }), self, dead)).toBe(false);
  });

  test('that belongs to another computer, which cannot be seen from here', () => {
    const owner = { pid: 7, host: 'elsewhere', startedAt: at };
    expect(isAbandoned(run('running', { owner }), self, dead)).toBe(false);
  });
});
