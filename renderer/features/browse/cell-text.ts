/** What a cell of the grid shows for a value. */
import type { PreviewCell } from '../../../electron/contract/preview.ts';

export type CellLook = 'plain' | 'null' | 'empty' | 'loading';

/** Pixels that the narrowest character takes in the grid. */
const NARROWEST = 3;

export function lookOf(cell: PreviewCell | undefined): CellLook {
  if (cell === undefined) return 'loading';
  if (cell === null) return 'null';
  return cell === '' ? 'empty' : 'plain';
}

/**
 * One line of text for a cell. NULL and the empty string are told apart by {@link lookOf}, and drawn differently. No
 * more than can be seen in `width` pixels: the browser would shape all of a long text in every frame.
 */
export function textOf(cell: PreviewCell | undefined, width: number): string {
  if (cell === undefined) return '';
  if (cell === null) return 'NULL';
  if (cell === '') return 'empty';
  const text = typeof cell === 'string' ? cell : cell.cut;
  const limit = Math.ceil(width / NARROWEST);
  const short = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return short.replaceAll(/\r\n|\r|\n/g, ' ↵ ').replaceAll('\t', ' ⇥ ');
}

const NUMERIC = /^(smallint|integer|bigint|numeric|real|double precision|money|oid|xid8?|pg_lsn)\b(?!.*\[\])/;

/** True for types whose values stand at the right, digit under digit. */
export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}
