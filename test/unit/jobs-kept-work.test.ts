import { describe, expect, test } from 'vitest';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import type { RunState } from '../../electron/contract/run.ts';
import { keptAfter, leftoverOf } from '../../electron/engine/jobs/kept-work.ts';
import { isAbandoned } from '../../electron/engine/jobs/recover.ts';
import type { StoredRun } from '../../electron/engine/ports.ts';
import type { FinishedRange, ReadingState } from '../../electron/engine/reading-state.ts';
import { storedRun } from '../fakes/stored-run.ts';

const at = '2026-11-22T09:30:00.000Z';

function finished(number: number): FinishedRange {
  const key = `part-${number}`;
  return {
    number,
    blocks: { from: number, to: number + 1 },
    rows: 1,
    bytesRead: 1,
    objects: [{ key, uri: key, rows: 1, bytes: 1, etag: '', crc32: '' }],
    uploads: [{ key, uploadId: `u${number}` }],
    parts: [],
    losses: [],
    snapshotNumber: 1,
    snapshot: null,
    lsn: null,
  };
}

const reading: ReadingState = {
  columns: [],
  identity: 'i',
  workers: 2,
  ranges: [1, 2, 3].map((number) => ({ number, blocks: { from: number, to: number + 1 } })),
  done: [finished(1)],
  snapshots: 1,
  retries: 0,
  restarts: 0,
  resumes: 0,
};

function run(
  change: Partial<StoredRun> = {},
  state: RunState = { tag: 'running', phase: 'transfer' },
): StoredRun {
  const stored = storedRun(1);
  return {
    ...stored,
    run: { ...stored.run, state, spec: { ...stored.run.spec, recovery: 'resume' } },
    reading,
    writtenKeys: ['part-1', 'part-2'],
    openUploads: [
      { key: 'part-1', uploadId: 'u1' },
      { key: 'part-2', uploadId: 'u2' },
    ],
    owner: { pid: 7, host: 'here', startedAt: at },
    ...change,
  };
}

describe('a run that fails keeps its finished ranges', () => {
  test.each<[ErrorCode, boolean]>([
    ['SOURCE_CONNECTION_LOST', true],
    ['SOURCE_SHUTDOWN', true],
    ['SOURCE_QUERY_CANCELLED', true],
    ['SOURCE_AUTH_FAILED', true],
    ['SOURCE_CHANGED', true],
    ['DEST_UNREACHABLE', true],
    ['DEST_CREDENTIALS_EXPIRED', true],
    ['STORE_NOT_WRITABLE', true],
    ['HOST_INTERRUPTED', true],
    ['CONFIG_SECRET_MISSING', true],
    ['DEST_PART_LIMIT', false],
    ['DATA_ENCODE_FAILED', false],
    ['DATA_COUNT_MISMATCH', false],
    ['INTERNAL_INVARIANT', false],
  ])('%s: %s', (code, kept) => {
    const expected = kept ? { doneRanges: 1, ranges: 3 } : undefined;
    expect(keptAfter(run(), new AppError(code, 'x'))).toEqual(expected);
  });

  const lost = new AppError('SOURCE_CONNECTION_LOST', 'x');

  test('and no other run does', () => {
    const restarts = run();
    expect(
      keptAfter({ ...restarts, run: { ...restarts.run, spec: storedRun(1).run.spec } }, lost),
    ).toBeUndefined();
    expect(keptAfter(run({ reading: undefined }), lost)).toBeUndefined();
    expect(keptAfter(run({}, { tag: 'cancelling' }), lost)).toBeUndefined();
    expect(keptAfter(run(), new TypeError('a bug'))).toBeUndefined();
  });
});

test('what is not of a finished range has to go', () => {
  expect(leftoverOf(run(), true)).toEqual({ uploads: [{ key: 'part-2', uploadId: 'u2' }], keys: ['part-2'] });
  expect(leftoverOf(run(), false).keys).toEqual(['part-1', 'part-2']);
});

test('what a failed run keeps is no reason to look after it, and what else it left is', () => {
  const self = { pid: 100, host: 'here', startedAt: '2026-11-22T10:00:00.000Z' };
  const failed: RunState = {
    tag: 'failed',
    finishedAt: at,
    error: toWireError(new Error('x')),
    resumable: { doneRanges: 1, ranges: 3 },
  };
  const tidy = { writtenKeys: ['part-1'], openUploads: [{ key: 'part-1', uploadId: 'u1' }] };
  expect(isAbandoned(run(tidy, failed), self, () => false)).toBe(false);
  expect(isAbandoned(run({}, failed), self, () => false)).toBe(true);
  const { resumable: _, ...discarded } = failed;
  expect(isAbandoned(run(tidy, discarded), self, () => false)).toBe(true);
});
