import { expect, test } from 'vitest';
import { tallyLine, tallyOf } from '../tally-reporter.ts';

test('every test is counted once', () => {
  const tests = [
    { state: 'passed' },
    { state: 'passed' },
    { state: 'failed' },
    { state: 'skipped' },
    { state: 'pending' },
  ] as const;
  expect(tallyLine(tallyOf(tests, 0))).toBe('2 passed, 1 failed, 2 skipped');
});

test('a file that does not load is a failure', () => {
  expect(tallyLine(tallyOf([{ state: 'passed' }], 1))).toBe('1 passed, 1 failed, 0 skipped');
});
