/** Copies what is selected in a preview. */
import { countOf } from '../../format/counts.ts';
import { copyText } from '../../ui/clipboard.ts';
import type { Range } from '../../ui/grid-geometry.ts';
import type { CellPosition } from '../../ui/grid-selection.ts';
import type { PreviewSession } from './preview-session.ts';
import { toTsv } from './tsv.ts';

/** Rows, and long values in them, that are fetched for one copy: beyond that an extract is the right way. */
const ROW_LIMIT = 10_000;
const VALUE_LIMIT = 200;

/** Returns what to tell the user. @throws AppError, Error */
export async function copySelection(
  session: PreviewSession,
  active: CellPosition,
  range: Range | undefined,
): Promise<string> {
  if (range === undefined) {
    await copyText((await wholeValue(session, active.row, active.column)) ?? '');
    return 'Copied the value';
  }
  const limited = { first: range.first, end: Math.min(range.end, range.first + ROW_LIMIT) };
  const rows = await session.rows(limited);
  const texts: (string | null)[][] = [];
  let fetched = 0;
  let cut = 0;
  for (const [index, row] of rows.entries()) {
    const line: (string | null)[] = [];
    for (const [column, cell] of row.entries()) {
      if (cell === null || typeof cell === 'string') line.push(cell);
      else if (fetched < VALUE_LIMIT) {
        fetched += 1;
        line.push(await session.value(limited.first + index, column));
      } else {
        cut += 1;
        line.push(cell.cut);
      }
    }
    texts.push(line);
  }
  await copyText(toTsv(texts));
  const notes = [
    ...(range.end > limited.end ? [`only the first ${countOf(ROW_LIMIT, 'row')}`] : []),
    ...(cut > 0 ? [`${countOf(cut, 'long value')} cut`] : []),
  ];
  return `Copied ${countOf(rows.length, 'row')}${notes.length > 0 ? `: ${notes.join(', ')}` : ''}`;
}

async function wholeValue(session: PreviewSession, row: number, column: number): Promise<string | null> {
  const cell = session.row(row)?.[column];
  if (cell === undefined || (cell !== null && typeof cell === 'object')) return session.value(row, column);
  return cell;
}
