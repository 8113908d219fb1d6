/**
 * What COPY's binary format puts around the rows: a header that comes in the message of the first row, and a trailer that
 * comes in a message of its own (or behind the header, where there are no rows). Neither is a row.
 * https://www.postgresql.org/docs/current/sql-copy.html (File Formats, Binary Format)
 */
import { AppError } from '../../contract/app-error.ts';
import type { RowBatch } from '../ports.ts';
import type { TapBatch } from './copy-tap.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const FLAGS_OFFSET = SIGNATURE.length;
const EXTENSION_OFFSET = FLAGS_OFFSET + 4;
const HEADER_BYTES = EXTENSION_OFFSET + 4;

/** Flags in the upper half mean that the rows themselves are different. */
const CRITICAL_FLAGS = 0xffff_0000;

/** A trailer is the number of columns, -1, that no row has. */
const TRAILER_BYTES = 2;

/** Takes header and trailer off the batches of one COPY, in the order in which they come. */
export class BinaryFraming {
  #began = false;
  #ended = false;

  /** The rows of a batch, without a copy. @throws AppError `SOURCE_PROTOCOL` for bytes of another form */
  strip({ bytes, rows, lastStart }: TapBatch): RowBatch {
    if (this.#ended) throw malformed('there are rows behind its trailer');
    const start = this.#began ? 0 : headerLength(bytes);
    this.#began = true;
    // The last message of a batch can be the first of the COPY, and then has the header before its rows.
    const last = bytes.subarray(Math.max(start, lastStart));
    this.#ended = last.length === TRAILER_BYTES && last[0] === 0xff && last[1] === 0xff;
    return this.#ended
      ? { bytes: bytes.subarray(start, bytes.length - TRAILER_BYTES), rows: rows - 1 }
      : { bytes: bytes.subarray(start), rows };
  }

  /** @throws AppError `SOURCE_PROTOCOL` where the COPY has ended without a trailer */
  assertEnded(): void {
    if (!this.#ended) throw malformed('it has no trailer');
  }
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES || SIGNATURE.compare(bytes, 0, SIGNATURE.length) !== 0) {
    throw malformed('it does not begin with its signature');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if ((view.getUint32(FLAGS_OFFSET) & CRITICAL_FLAGS) !== 0)
    throw malformed('it has flags that are not known');
  const length = HEADER_BYTES + view.getUint32(EXTENSION_OFFSET);
  if (length > bytes.length) throw malformed('its header is not whole');
  return length;
}

function malformed(problem: string): AppError {
  return new AppError('SOURCE_PROTOCOL', `The binary COPY of the server cannot be read: ${problem}.`);
}
