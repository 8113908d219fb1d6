/** One line of the result: what was measured, and the goal that it is held against. Pure. */
import type { Summary } from './statistics.ts';

/** A number to reach. `limit` is in the unit of the figure. */
export interface Goal {
  readonly bound: 'atMost' | 'atLeast';
  readonly limit: number;
}

/** A value that is held against a goal. */
export interface Figure {
  readonly work: string;
  /** What the value is a ratio to; `-` where it stands for itself. */
  readonly against: string;
  readonly value: number;
  readonly unit: 'ratio' | 'ms' | 'MB';
  readonly goal: Goal | null;
  /** What the value was computed from, for people. */
  readonly from: string;
}

export function atMost(limit: number): Goal {
  return { bound: 'atMost', limit };
}

export function atLeast(limit: number): Goal {
  return { bound: 'atLeast', limit };
}

export function isMet({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean {
  if (goal === null) return true;
  return goal.bound === 'atMost' ? value <= goal.limit : value >= goal.limit;
}

const DIGITS = { ratio: 2, ms: 1, MB: 0 } as const;
const SUFFIX = { ratio: 'x', ms: ' ms', MB: ' MB' } as const;

export function formatValue(value: number, unit: Figure['unit']): string {
  return `${value.toFixed(DIGITS[unit])}${SUFFIX[unit]}`;
}

export function formatGoal({ goal, unit }: Pick<Figure, 'goal' | 'unit'>): string {
  if (goal === null) return '-';
  return `${goal.bound === 'atMost' ? '<=' : '>='} ${String(goal.limit)}${SUFFIX[unit]}`;
}

/** `2.31 s (2.28 to 2.40)`, of milliseconds. */
export function formatSeconds({ median, min, max }: Summary): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  return `${seconds(median)} s (${seconds(min)} to ${seconds(max)})`;
}

/** `141 MB (140 to 143)`, of bytes; a MB is a million. */
export function formatMegabytes({ median, min, max }: Summary): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return `${megabytes(median)} MB (${megabytes(min)} to ${megabytes(max)})`;
}

/** The lines of docs/benchmarks.md, so that a new measurement is pasted over the old one. */
export function markdownTable(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => {
    const { work, against, value, unit, from } = figure;
    const verdict = figure.goal === null ? '-' : isMet(figure) ? 'met' : 'missed';
    return [work, against, formatGoal(figure), formatValue(value, unit), verdict, from];
  });
  const head = ['work', 'against', 'goal', 'measured', '', 'medians (min to max)'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
