import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../electron/contract/run.ts';
import {
  addSample,
  remainingMs,
  shareOf,
  SPEED_WINDOW_MS,
  speedOf,
  type Sample,
} from '../../renderer/state/run-speed.ts';

const sample = (elapsedMs: number, rows: number): Sample => ({ elapsedMs, rows, bytes: rows * 100 });
const collect = (samples: readonly Sample[]) =>
  samples.reduce<readonly Sample[]>((all, each) => addSample(all, each), []);

const progress = (part: Partial<RunProgress>): RunProgress => ({
  phase: 'transfer',
  rows: 0,
  bytesRead: 0,
  bytesEncoded: 0,
  bytesUploaded: 0,
  partsInFlight: 0,
  partsUploaded: 0,
  objectsWritten: 0,
  estimatedRows: null,
  elapsedMs: 0,
  ...part,
});

describe('speed', () => {
  it('is not known from one report', () => {
    expect(speedOf([])).toBeUndefined();
    expect(speedOf([sample(100, 5)])).toBeUndefined();
    expect(speedOf([sample(100, 5), sample(100, 9)])).toBeUndefined();
  });

  it('is that of the last seconds, not of the whole run', () => {
    const slowThenFast = [
      ...Array.from({ length: 60 }, (_, index) => sample(index * 1_000, index * 10)),
      ...Array.from({ length: 10 }, (_, index) => sample(60_000 + index * 1_000, 600 + index * 1_000)),
    ];
    expect(speedOf(collect(slowThenFast))?.rowsPerSecond).toBeCloseTo(1_000, 0);
  });

  it('shows a stall', () => {
    const stalled = [sample(0, 0), sample(1_000, 5_000), sample(8_000, 5_000), sample(14_000, 5_000)];
    expect(speedOf(collect(stalled))).toEqual({ rowsPerSecond: 0, bytesPerSecond: 0 });
  });

  it('keeps no more samples than the window needs', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => sample(index * 100, index));
    const kept = collect(many);
    expect(kept.length).toBeLessThanOrEqual(SPEED_WINDOW_MS / 100 + 2);
  });

  it('begins anew when time goes back', () => {
    expect(addSample([sample(5_000, 10)], sample(100, 1))).toEqual([sample(100, 1)]);
  });
});

describe('what remains', () => {
  const speed = { rowsPerSecond: 1_000, bytesPerSecond: 100_000 };

  it('is known from the estimate and the speed', () => {
    expect(remainingMs(progress({ rows: 4_000, estimatedRows: 10_000 }), speed)).toBe(6_000);
    expect(shareOf(progress({ rows: 4_000, estimatedRows: 10_000 }))).toBe(0.4);
  });

  it.each([
    ['no estimate', progress({ rows: 10 }), speed],
    ['more rows than estimated', progress({ rows: 20, estimatedRows: 10 }), speed],
    ['nothing moves', progress({ rows: 1, estimatedRows: 10 }), { rowsPerSecond: 0, bytesPerSecond: 0 }],
    ['no speed yet', progress({ rows: 1, estimatedRows: 10 }), undefined],
  ])('is not known: %s', (_, given, at) => {
    expect(remainingMs(given, at)).toBeUndefined();
  });

  it('is never nothing before the end', () => {
    expect(shareOf(progress({ rows: 50, estimatedRows: 10 }))).toBe(0.99);
    expect(shareOf(progress({ rows: 50, estimatedRows: 0 }))).toBeUndefined();
  });
});
