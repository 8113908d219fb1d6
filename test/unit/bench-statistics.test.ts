import { describe, expect, test } from 'vitest';
import {
  atLeast,
  atMost,
  formatGoal,
  formatMegabytes,
  formatSeconds,
  formatValue,
  isMet,
  markdownTable,
} from '../bench/figure.ts';
import { parseOptions } from '../bench/options.ts';
import { runRounds } from '../bench/rounds.ts';
import { growth, median, orderOfRound, quantile, ratioOfMedians, summarise } from '../bench/statistics.ts';

describe('median', () => {
  test.each([
    { values: [7], expected: 7 },
    { values: [3, 1, 2], expected: 2 },
    { values: [4, 1, 3, 2], expected: 2.5 },
    { values: [10, 9, 1_000], expected: 10 },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  test('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  test('there is none of no values', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    { share: 0, expected: 1 },
    { share: 0.5, expected: 50 },
    { share: 0.99, expected: 99 },
    { share: 1, expected: 100 },
  ])('$share of 1 to 100 is $expected', ({ share, expected }) => {
    expect(quantile(hundred, share)).toBe(expected);
  });

  test('the p99 of few values is the largest of them', () => {
    expect(quantile([1, 2, 50], 0.99)).toBe(50);
  });

  test.each([-0.1, 1.1, Number.NaN])('%d is not a share', (share) => {
    expect(() => quantile([1], share)).toThrow(RangeError);
  });
});

test.each([
  { values: [5], expected: 0 },
  { values: [7, 7, 7, 7], expected: 0 },
  { values: [1, 2, 3, 4, 5], expected: 4 },
  { values: [5, 4, 3], expected: -2 },
  // A peak in the middle is no growth.
  { values: [10, 10, 90, 10, 10], expected: 0 },
])('$values has grown by $expected', ({ values, expected }) => {
  expect(growth(values)).toBeCloseTo(expected);
});

test('a summary has the middle and both ends', () => {
  expect(summarise([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5, count: 3 });
});

test('a ratio is one of medians, so that one slow round does not decide it', () => {
  expect(ratioOfMedians([2, 2, 900], [4, 4, 4])).toBe(0.5);
});

describe('rounds', () => {
  test('each begins with another side, and every side runs in each', () => {
    const sides = ['a', 'b', 'c'];
    expect([0, 1, 2, 3].map((round) => orderOfRound(sides, round).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
  });

  test('the first is thrown away', async () => {
    let clock = 0;
    const seen: string[] = [];
    const side = (name: string) => ({ name, run: () => Promise.resolve(++clock) });
    const results = await runRounds([side('a'), side('b')], {
      rounds: 2,
      onRun: (name, round, result) => seen.push(`${round}${name}${result}`),
    });
    expect(seen).toEqual(['0a1', '0b2', '1b3', '1a4', '2a5', '2b6']);
    expect([...results]).toEqual([
      ['a', [4, 5]],
      ['b', [3, 6]],
    ]);
  });
});

describe('figures', () => {
  test.each([
    { value: 1, goal: atMost(1), met: true },
    { value: 1.001, goal: atMost(1), met: false },
    { value: 10, goal: atLeast(10), met: true },
    { value: 9.99, goal: atLeast(10), met: false },
    { value: 5, goal: null, met: true },
  ])('$value against $goal', ({ value, goal, met }) => {
    expect(isMet({ value, goal })).toBe(met);
  });

  test('are written with the unit', () => {
    expect(formatValue(0.6949, 'ratio')).toBe('0.69x');
    expect(formatValue(12.34, 'ms')).toBe('12.3 ms');
    expect(formatGoal({ goal: atMost(300), unit: 'MB' })).toBe('<= 300 MB');
    expect(formatGoal({ goal: null, unit: 'ms' })).toBe('-');
    expect(formatSeconds(summarise([2_000, 1_000, 3_500]))).toBe('2.00 s (1.00 to 3.50)');
    expect(formatMegabytes(summarise([150e6]))).toBe('150 MB (150 to 150)');
  });

  test('become the table of the page', () => {
    const figure = {
      work: 'w',
      against: 'p',
      value: 1.2,
      unit: 'ratio',
      goal: atMost(1),
      from: 'f',
    } as const;
    expect(
      markdownTable([figure, { ...figure, goal: null }])
        .split('\n')
        .slice(2),
    ).toEqual(['| w | p | <= 1x | 1.20x | missed | f |', '| w | p | - | 1.20x | - | f |']);
  });
});

describe('options', () => {
  test('have defaults', () => {
    expect(parseOptions([])).toMatchObject({ rounds: 5, rows: 10_000_000, json: false });
  });

  test('choose', () => {
    const options = parseOptions(['--only', 'memory,calls', '--rounds=2', '--rows', '50_000_000']);
    expect(options).toMatchObject({ only: ['memory', 'calls'], rounds: 2, rows: 50_000_000 });
  });

  test.each([['--only=speed'], ['--rounds=0'], ['--rows=many'], ['--rows=1e7'], ['--fast']])(
    '%s is refused',
    (option) => {
      expect(() => parseOptions([option])).toThrow(TypeError);
    },
  );
});
