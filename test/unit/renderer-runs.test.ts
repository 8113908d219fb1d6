import { describe, expect, it } from 'vitest';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import type { Manifest } from '../../electron/contract/manifest.ts';
import type { Run, RunProgress, RunState } from '../../electron/contract/run.ts';
import { consistencyOf, resumableText } from '../../renderer/features/runs/consistency.ts';
import { elapsedMs, isResumable, matches } from '../../renderer/features/runs/run-facts.ts';
import { mergeLog } from '../../renderer/features/runs/run-log.ts';
import { stagesOf } from '../../renderer/features/runs/stages.ts';
import { manifestKeyOf, verificationText } from '../../renderer/features/runs/verification-text.ts';
import { activeRuns, afterEvent, withRuns, type RunsState } from '../../renderer/state/runs-store.ts';

const EMPTY: RunsState = { runs: new Map(), samples: new Map() };

function progress(elapsed: number, rows: number, phase: RunProgress['phase'] = 'transfer'): RunProgress {
  return {
    phase,
    rows,
    bytesRead: rows,
    bytesEncoded: rows,
    bytesUploaded: rows,
    partsInFlight: 0,
    partsUploaded: 0,
    objectsWritten: 0,
    estimatedRows: null,
    elapsedMs: elapsed,
  };
}

function run(state: RunState, part: Partial<Run> = {}): Run {
  return {
    id: '20261122T093000Z-4f3a9c21',
    origin: 'served',
    spec: extractSpecSchema.parse({
      source: { profile: 'Demo' },
      selection: { table: { schema: 'public', name: 'Orders' } },
      destination: { profile: 'Demo' },
    }),
    sourceLabel: 'Demo · public.Orders',
    destinationLabel: 's3://demo/extracts',
    startedAt: '2026-11-22T09:30:00Z',
    state,
    progress: null,
    ...part,
  };
}

const running: RunState = { tag: 'running', phase: 'transfer' };
const cancelled: RunState = { tag: 'cancelled', finishedAt: '2026-11-22T09:30:07Z' };

describe('runs of the window', () => {
  it('follow the events', () => {
    const begun = afterEvent(EMPTY, { type: 'run', run: run(running) });
    const moved = afterEvent(begun, { type: 'progress', runId: run(running).id, progress: progress(100, 5) });
    expect(activeRuns(moved)[0]?.progress?.rows).toBe(5);
    expect(moved.samples.get(run(running).id)).toHaveLength(1);
    const ended = afterEvent(moved, { type: 'run', run: run(cancelled) });
    expect(activeRuns(ended)).toEqual([]);
    expect(ended.samples.size).toBe(0);
    expect(ended.runs.get(run(running).id)?.progress?.rows).toBe(5);
  });

  it('are not brought back to life by a report or a list that comes late', () => {
    const ended = afterEvent(EMPTY, { type: 'run', run: run(cancelled) });
    const late = { type: 'progress', runId: run(running).id, progress: progress(9_000, 9) } as const;
    expect(afterEvent(ended, late)).toBe(ended);
    expect(withRuns(ended, [run(running)]).runs.get(run(running).id)?.state.tag).toBe('cancelled');
  });

  it('are active again when they are resumed, with the progress of the new attempt', () => {
    const failed: RunState = {
      tag: 'failed',
      finishedAt: '2026-11-22T09:30:07Z',
      error: { code: 'SOURCE_CONNECTION_LOST', message: '', hint: '', details: {}, causes: [] },
      resumable: { doneRanges: 2, ranges: 3 },
    };
    const ended = afterEvent(EMPTY, { type: 'run', run: run(failed, { progress: progress(9_000, 90) }) });
    expect(isResumable(run(failed))).toBe(true);
    const resumed = afterEvent(ended, { type: 'run', run: run(running, { progress: progress(10, 60) }) });
    expect(activeRuns(resumed)[0]?.progress?.rows).toBe(60);
  });

  it('keep the later of two progress reports', () => {
    const newer = withRuns(EMPTY, [run(running, { progress: progress(500, 50) })]);
    const merged = withRuns(newer, [run(running, { progress: progress(100, 10) })]);
    expect(merged.runs.get(run(running).id)?.progress?.rows).toBe(50);
  });

  it('leave the state alone for events about other things', () => {
    expect(afterEvent(EMPTY, { type: 'profiles' })).toBe(EMPTY);
  });
});

describe('stages', () => {
  const states = (given: Run) => stagesOf(given).map(({ state }) => state);

  it.each<[string, Run, string[]]>([
    ['queued', run({ tag: 'queued' }), ['waiting', 'waiting', 'waiting', 'waiting']],
    ['running', run(running), ['done', 'done', 'active', 'waiting']],
    [
      'succeeded',
      run({ tag: 'succeeded', finishedAt: '', rows: 0, bytes: 0, objects: [], manifest: '' }),
      ['done', 'done', 'done', 'done'],
    ],
    ['cancelled at once', run(cancelled), ['cancelled', 'waiting', 'waiting', 'waiting']],
    [
      'cancelled in the transfer',
      run(cancelled, { progress: progress(1, 1) }),
      ['done', 'done', 'cancelled', 'waiting'],
    ],
  ])('%s', (_, given, expected) => {
    expect(states(given)).toEqual(expected);
  });
});

describe('facts of a run', () => {
  it('take the time from the end of a run that has ended', () => {
    expect(elapsedMs(run(cancelled), Date.parse('2026-11-23T00:00:00Z'))).toBe(7_000);
  });

  it('never show less time than was reported', () => {
    const ahead = run(running, { progress: progress(5_000, 1) });
    expect(elapsedMs(ahead, Date.parse('2026-11-22T09:29:58Z'))).toBe(5_000);
  });

  it('find a run by state, labels and id', () => {
    expect(matches(run(running), 'active', 'orders')).toBe(true);
    expect(matches(run(running), 'all', '4F3A')).toBe(true);
    expect(matches(run(running), 'failed', '')).toBe(false);
    expect(matches(run(cancelled), 'cancelled', ' extracts ')).toBe(true);
    expect(matches(run(cancelled), 'all', 'invoices')).toBe(false);
  });
});

describe('what a run says of its snapshots', () => {
  const textOf = (part: Partial<Manifest>) => consistencyOf(part as Manifest);

  it('is one snapshot, unless it was resumed', () => {
    expect(textOf({})).toEqual({
      tone: 'plain',
      title: 'One snapshot',
      text: 'All rows are what the table was at one moment.',
    });
    const calm = { consistency: 'one-snapshot', workers: 4 } as const;
    expect(textOf({ ...calm, recoveries: { retries: 1, restarts: 2, resumes: 0 } }).text).toBe(
      'All rows are what the table was at one moment; 4 connections shared it. 1 range was read again. Everything was read again 2 times.',
    );
  });

  it('warns of what can be missing or be there twice', () => {
    const { tone, title, text } = textOf({
      consistency: 'snapshot-per-range',
      recoveries: { retries: 0, restarts: 0, resumes: 2 },
    });
    expect([tone, title]).toEqual(['warning', 'Snapshot per range']);
    expect(text).toContain('resumed 2 times');
    expect(text).toContain('can be missing or be there twice');
  });

  it('says before it is resumed what that means', () => {
    const { title, text } = resumableText({ doneRanges: 1, ranges: 3 });
    expect(title).toBe('1 of 3 ranges is written and kept.');
    expect(text).toContain('Resume reads the other 2 in a new snapshot');
  });
});

describe('a verification', () => {
  const object = (problem: string | null) => ({ key: 'k', rows: 5, bytes: 1_000, problem });
  const verification = (problems: readonly (string | null)[], rows: number) => ({
    runId: '20261122T093000Z-4f3a9c21',
    proved: rows === 10 && problems.every((problem) => problem === null),
    rows,
    bytes: 2_000,
    objects: problems.map(object),
  });

  it.each<[string, ReturnType<typeof verification>, string]>([
    [
      'all right',
      verification([null, null], 10),
      'All 2 objects are as the manifest says: 10 rows, 2.00 kB.',
    ],
    ['one', verification([null], 10), 'The object is as the manifest says: 10 rows, 2.00 kB.'],
    ['damage', verification([null, 'x'], 10), '1 of 2 objects is not as the manifest says.'],
    ['rows', verification([null, null], 9), 'The objects have 9 rows, the manifest says 10 rows.'],
  ])('says in a sentence what it has shown: %s', (_, given, expected) => {
    expect(verificationText(given, 10)).toBe(expected);
  });

  it('finds the key of a manifest in its address', () => {
    const id = '20261122T093000Z-4f3a9c21';
    expect(manifestKeyOf(`s3://lake/shop/_sluice/runs/${id}/manifest.json`)).toBe(
      `shop/_sluice/runs/${id}/manifest.json`,
    );
    expect(manifestKeyOf(`file:///data/_sluice/runs/out/_sluice/runs/${id}/manifest.json`)).toBe(
      `_sluice/runs/${id}/manifest.json`,
    );
  });
});

describe('log', () => {
  const line = (message: string) => ({ at: '2026-11-22T09:30:00Z', level: 'info' as const, message });

  it('has lines that came both ways once, and equal lines as often as they were written', () => {
    const fetched = [line('a'), line('retry'), line('retry')];
    const live = [line('retry'), line('retry'), line('retry'), line('b')];
    expect(mergeLog(fetched, live).map(({ message }) => message)).toEqual([
      'a',
      'retry',
      'retry',
      'retry',
      'b',
    ]);
  });
});
