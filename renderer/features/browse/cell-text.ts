/** What a cell of the grid shows for a value. */
import type { PreviewCell } from '../../../electron/contract/preview.ts';

export type CellLook = 'plain' | 'null' | 'empty' | 'loading';

/** Characters that one cell ever draws; more than the widest column, and cheap to measure. */
const DRAWN_LIMIT = 300;

export function lookOf(cell: PreviewCell | undefined): CellLook {
  if (cell === undefined) return 'loading';
  if (cell === null) return 'null';
  return cell === '' ? 'empty' : 'plain';
}

/** One line of text for a cell. NULL and the empty string are told apart by {@link lookOf}, and drawn differently. */
export function textOf(cell: PreviewCell | undefined): string {
  if (cell === undefined) return '';
  if (cell === null) return 'NULL';
  if (cell === '') return 'empty';
  const text = typeof cell === 'string' ? cell : cell.cut;
  const short = text.length > DRAWN_LIMIT ? `${text.slice(0, DRAWN_LIMIT)}…` : text;
  return short.replaceAll(/\r\n|\r|\n/g, ' ↵ ').replaceAll('\t', ' ⇥ ');
}

const NUMERIC = /^(smallint|integer|bigint|numeric|real|double precision|money|oid|xid8?|pg_lsn)\b(?!.*\[\])/;

/** True for types whose values stand at the right, digit under digit. */
export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}
