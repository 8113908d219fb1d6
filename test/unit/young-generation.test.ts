import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boundYoungGeneration, releaseYoungGeneration } from '../../electron/engine/lib/young-generation.ts';

vi.mock('node:v8', () => ({ getHeapSpaceStatistics: vi.fn(), setFlagsFromString: vi.fn() }));

const [run, capture, program] = [{}, {}, {}];

function youngIs(megabytes: number): void {
  const young = { space_name: 'new_space', space_size: megabytes * 1024 ** 2 };
  vi.mocked(getHeapSpaceStatistics).mockReturnValue([young as never]);
}

/** 2 where it may double, 1 where it may not. */
const growth = () => Number(vi.mocked(setFlagsFromString).mock.lastCall?.[0].split('=')[1]);

beforeEach(() => youngIs(2));
afterEach(() => {
  for (const who of [run, capture, program]) releaseYoungGeneration(who);
});

test('what needs little keeps it as it is, and what needs some lets it grow to what is enough', () => {
  boundYoungGeneration(run, 'little');
  expect(growth()).toBe(1);
  releaseYoungGeneration(run);
  expect(growth()).toBe(2);
  boundYoungGeneration(capture, 'some');
  expect(growth()).toBe(2);
  youngIs(16);
  boundYoungGeneration(capture, 'some');
  expect(growth()).toBe(1);
});

test('of several in a process, the one that needs most counts, in whatever order they ask', () => {
  boundYoungGeneration(program, 'little');
  boundYoungGeneration(capture, 'some');
  boundYoungGeneration(run, 'little');
  expect(growth()).toBe(2);
  releaseYoungGeneration(capture);
  expect(growth()).toBe(1);
  releaseYoungGeneration(run);
  expect(growth()).toBe(1);
  releaseYoungGeneration(program);
  expect(growth()).toBe(2);
});
