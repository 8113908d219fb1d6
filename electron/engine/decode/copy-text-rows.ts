/**
 * Rows of COPY's text format as tuples. Values without an escape stay where they are; those with one are put right in the
 * same place, which their text is always shorter than. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
import { AppError } from '../../contract/app-error.ts';
import { FIELD_NULL, FIELD_TEXT, Tuple } from './pgoutput/tuple.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const NULL_MARK = 0x4e; // 'N'

const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08], // \b
  [0x66, 0x0c], // \f
  [0x6e, 0x0a], // \n
  [0x72, 0x0d], // \r
  [0x74, 0x09], // \t
  [0x76, 0x0b], // \v
]);

/**
 * Cuts whole rows. The bytes are changed, and the tuples point into them.
 * @throws AppError `DATA_COUNT_MISMATCH` for a row of another number of values
 */
export function cutTextRows(bytes: Buffer, columns: number): Tuple[] {
  const rows: Tuple[] = [];
  let fields: number[] = [];
  let start = 0;
  // Where the next byte of the value goes; behind `at` once there was an escape.
  let to = 0;
  let isNull = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > BACKSLASH || (byte !== TAB && byte !== NEWLINE && byte !== BACKSLASH)) {
      if (to !== at) bytes[to] = byte;
      to++;
    } else if (byte === BACKSLASH) {
      const escaped = bytes[++at] as number;
      if (escaped === NULL_MARK) isNull = true;
      else bytes[to++] = ESCAPES.get(escaped) ?? escaped;
    } else {
      if (isNull) fields.push(FIELD_NULL, start, 0);
      else fields.push(FIELD_TEXT, start, to - start);
      isNull = false;
      start = to = at + 1;
      if (byte === TAB) continue;
      // A row without columns is an empty line.
      if (columns === 0) fields = [];
      if (fields.length !== columns * 3) {
        throw new AppError(
          'DATA_COUNT_MISMATCH',
          `A row has ${fields.length / 3} values, and its table has ${columns} columns.`,
        );
      }
      rows.push(new Tuple(bytes, fields));
      fields = [];
    }
  }
  return rows;
}
