/** Samples as lines of a drawing. Pure. */
import type { CaptureSample } from '../../../electron/contract/capture-status.ts';

const HOUR_MS = 3_600_000;

/** Milliseconds without a sample after which nobody has worked: the line is interrupted there. */
const GAP_MS = 90_000;

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

export interface PlotLine {
  /** Points of one or several polylines, `x,y x,y`. */
  readonly lines: readonly string[];
  /** The highest value; the top of the drawing. */
  readonly most: number;
}

/** One number of the samples over the hour that ends with `end` (milliseconds); a value that is null interrupts the line. */
export function plotLine(
  samples: readonly CaptureSample[],
  valueOf: (sample: CaptureSample) => number | null,
  end: number,
  { width, height }: PlotSize,
): PlotLine {
  const from = end - HOUR_MS;
  const points = samples
    .map((sample) => ({ at: Date.parse(sample.at), value: valueOf(sample) }))
    .filter(({ at }) => at >= from && at <= end);
  const most = points.reduce((highest, { value }) => Math.max(highest, value ?? 0), 0);
  const lines: string[][] = [];
  let last: number | undefined;
  for (const { at, value } of points) {
    if (value === null) {
      last = undefined;
      continue;
    }
    if (last === undefined || at - last > GAP_MS) lines.push([]);
    last = at;
    const x = ((at - from) / HOUR_MS) * width;
    // Half of the line would be cut off at the edges.
    const y = height - 1 - (most === 0 ? 0 : (value / most) * (height - 2));
    lines.at(-1)?.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return { lines: lines.filter((line) => line.length > 1).map((line) => line.join(' ')), most };
}
