/** The innermost loop of an extract: strips the framing from CopyData messages that lie whole in a chunk. */

const COPY_DATA = 0x64; // 'd'
const HEADER_BYTES = 5;

/** Bytes that may be written behind the last row: the loop copies four at a time and can overshoot by three. */
export const OVERSHOOT = 3;

/** Where the loop stopped, and what it copied. */
export interface CopiedRows {
  /** Offset in the chunk of the first byte that was not used. */
  readonly offset: number;
  /** Length of the target that is filled now. */
  readonly filled: number;
  readonly rows: number;
  /** Where in the target the last of them begins; `at` where there is none. */
  readonly lastStart: number;
}

/**
 * Copies the payloads of CopyData messages to `target`, one after the other, until a message is of another kind,
 * is not whole, or `target` is full. Four bytes at a time through a DataView: measured at half the time of a
 * byte loop and a fifth of `TypedArray.set`, because rows are short and each call into native code costs more
 * than the copy.
 */
export function copyWholeRows(chunk: Buffer, from: number, target: Buffer, at: number): CopiedRows {
  const source = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const sink = new DataView(target.buffer, target.byteOffset, target.length);
  // The overshoot also reads behind the row, so the last row of a chunk is left to the careful way.
  const lastEnd = chunk.length - OVERSHOOT;
  const lastFilled = target.length - OVERSHOOT;
  let offset = from;
  let filled = at;
  let rows = 0;
  let lastStart = at;
  while (offset + HEADER_BYTES <= lastEnd && source.getUint8(offset) === COPY_DATA) {
    const end = offset + 1 + source.getUint32(offset + 1);
    const bytes = end - offset - HEADER_BYTES;
    // A length that cannot be is left to the careful way as well.
    if (bytes < 0 || end > lastEnd || filled + bytes > lastFilled) break;
    for (let i = 0; i < bytes; i += 4) {
      sink.setInt32(filled + i, source.getInt32(offset + HEADER_BYTES + i, true), true);
    }
    lastStart = filled;
    filled += bytes;
    offset = end;
    rows++;
  }
  return { offset, filled, rows, lastStart };
}
