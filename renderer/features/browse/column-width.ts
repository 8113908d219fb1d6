import type { PreviewColumn } from '../../../electron/contract/preview.ts';
import { isNumeric, textOf } from './cell-text.ts';
import type { PreviewRow } from './page-cache.ts';

/** Pixels of the padding on both sides, and between which a first width lies. */
const PADDING = 24;
const LEAST = 64;
const MOST = 360;

/** The width of a text in pixels. */
export type Measure = (text: string, font: 'cell' | 'name' | 'type') => number;

/** A first width for a column: enough for its name, its type and most of the values that were read first. */
export function firstWidth(
  column: PreviewColumn,
  index: number,
  sample: readonly PreviewRow[],
  measure: Measure,
): number {
  const widths = sample.map((row) => measure(textOf(row[index], MOST), 'cell')).sort((a, b) => a - b);
  // One very long text should not make all the others swim; but a number that is cut off is another number.
  const share = isNumeric(column.type) ? 1 : 0.9;
  const typical = widths[Math.ceil(widths.length * share) - 1] ?? 0;
  const wanted = Math.max(measure(column.name, 'name'), measure(column.type, 'type'), typical);
  return Math.round(Math.min(Math.max(LEAST, wanted + PADDING), MOST));
}

/** Measures with the fonts of the grid, without laying anything out. */
export function measureIn(element: HTMLElement): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(element).fontFamily;
  const fonts = { cell: `13px ${family}`, name: `600 13px ${family}`, type: `11px ${family}` };
  return (text, font) => {
    if (context === null) return text.length * 8;
    context.font = fonts[font];
    return context.measureText(text.slice(0, 100)).width;
  };
}
