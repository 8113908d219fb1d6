import type { PreviewColumn } from '../../../electron/contract/preview.ts';
import { textOf } from './cell-text.ts';
import type { PreviewRow } from './page-cache.ts';

/** Pixels of an average character, of the padding on both sides, and between which a first width lies. */
const CHARACTER = 7.3;
const SMALL_CHARACTER = 6.2;
const PADDING = 24;
const LEAST = 64;
const MOST = 360;

/** A first width for a column: enough for its name, its type and most of the values that were read first. */
export function firstWidth(column: PreviewColumn, index: number, sample: readonly PreviewRow[]): number {
  const lengths = sample.map((row) => textOf(row[index]).length).sort((a, b) => a - b);
  // One very long value should not make all the others swim: the tenth part of the rows may be cut off.
  const typical = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  const wanted = Math.max(
    column.name.length * (CHARACTER + 0.4),
    Math.min(column.type.length, 30) * SMALL_CHARACTER,
    typical * CHARACTER,
  );
  return Math.round(Math.min(Math.max(LEAST, wanted + PADDING), MOST));
}
