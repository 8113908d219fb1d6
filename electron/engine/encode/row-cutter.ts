/**
 * Cuts a batch behind a number of rows, whatever form the rows have. Looks at no more bytes than lie before the cut, and
 * at none where the whole batch fits.
 */
import { AppError } from '../../contract/app-error.ts';
import type { CopyForm } from '../copy-form.ts';
import type { RowBatch } from '../ports.ts';

const LF = 0x0a;

/** A batch in two. */
export interface CutBatch {
  readonly head: RowBatch;
  /** Undefined where the head is all there is. */
  readonly rest: RowBatch | undefined;
}

/** Gives the first `rows` rows (at least 1) of a batch, and the others. Both are views of its bytes. */
export type RowCutter = (batch: RowBatch, rows: number) => CutBatch;

/** The cutter for a form. @throws AppError `INTERNAL_INVARIANT`, when it cuts, for bytes that are not in that form */
export function rowCutter(form: CopyForm): RowCutter {
  const endOf = finderFor(form);
  return (batch, rows) => {
    if (rows >= batch.rows) return { head: batch, rest: undefined };
    const end = endOf(batch.bytes, rows);
    return {
      head: { bytes: batch.bytes.subarray(0, end), rows },
      rest: { bytes: batch.bytes.subarray(end), rows: batch.rows - rows },
    };
  };
}

/** Finds the offset behind a number of rows, of which there are that many. */
type EndFinder = (bytes: Uint8Array, rows: number) => number;

function finderFor(form: CopyForm): EndFinder {
  switch (form.kind) {
    case 'csv': {
      const { quote = '"', escape = quote } = form;
      return (bytes, rows) => endOfCsv(bytes, rows, quote.charCodeAt(0), escape.charCodeAt(0));
    }
    case 'text':
    case 'json':
      return endOfLines;
    case 'binary':
      return endOfBinary;
  }
}

/** Line ends of values are escaped. */
function endOfLines(bytes: Uint8Array, rows: number): number {
  let end = 0;
  for (let row = 0; row < rows; row++) end = behindLine(bytes, end);
  return end;
}

/** Line ends between quotes belong to a value. Rows without a quote, which most are, go the fast way. */
function endOfCsv(bytes: Uint8Array, rows: number, quote: number, escape: number): number {
  let end = 0;
  let nextQuote = bytes.indexOf(quote);
  for (let row = 0; row < rows; row++) {
    let lineEnd = behindLine(bytes, end);
    while (nextQuote !== -1 && nextQuote < lineEnd) {
      const behind = behindQuoted(bytes, nextQuote, quote, escape);
      if (behind > lineEnd) lineEnd = behindLine(bytes, behind);
      nextQuote = bytes.indexOf(quote, behind);
    }
    end = lineEnd;
  }
  return end;
}

/**
 * The offset behind a quoted text that begins at `from`. Where a quote is doubled to stand for itself, the second one
 * begins a text of its own, which comes to the same.
 */
function behindQuoted(bytes: Uint8Array, from: number, quote: number, escape: number): number {
  for (let i = from + 1; i < bytes.length; i++) {
    if (bytes[i] === escape && escape !== quote) i++;
    else if (bytes[i] === quote) return i + 1;
  }
  throw malformed();
}

function behindLine(bytes: Uint8Array, from: number): number {
  const feed = bytes.indexOf(LF, from);
  if (feed === -1) throw malformed();
  return feed + 1;
}

/** The number of fields, then each field's length and its bytes; -1 stands for NULL. */
function endOfBinary(bytes: Uint8Array, rows: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = 0;
  try {
    for (let row = 0; row < rows; row++) {
      let fields = view.getInt16(end);
      end += 2;
      for (; fields > 0; fields--) end += 4 + Math.max(0, view.getInt32(end));
    }
  } catch (error) {
    if (error instanceof RangeError) throw malformed();
    throw error;
  }
  if (end > bytes.length) throw malformed();
  return end;
}

function malformed(): AppError {
  return new AppError('INTERNAL_INVARIANT', 'A batch has fewer rows than were counted.');
}
