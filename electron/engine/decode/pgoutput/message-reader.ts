/** Reads the fields of one message, and never past its end. */
import { AppError } from '../../../contract/app-error.ts';
import { FIELD_BINARY, FIELD_NULL, FIELD_TEXT, FIELD_UNCHANGED, Tuple } from './tuple.ts';

export class MessageReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** Begins with another message, which lies in the bytes from `start` up to `end`. */
  open(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#end - this.#at;
  }

  int8(): number {
    const at = this.#take(1);
    return this.#bytes[at] ?? 0;
  }

  int16(): number {
    const at = this.#take(2);
    return this.#bytes.readInt16BE(at);
  }

  int32(): number {
    const at = this.#take(4);
    return this.#bytes.readInt32BE(at);
  }

  /** Object ids and transaction ids go up to 2^32. */
  uint32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    // By hand: this is read for every row, and checks its bounds once already.
    return (
      (bytes[at] as number) * 0x1000000 +
      (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
    );
  }

  lsn(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  time(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** A text that ends with a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0 || end >= this.#end) throw malformed('a name has no end');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** The values of a row. */
  tuple(): Tuple {
    const count = this.int16();
    if (count < 0 || count > this.left) throw malformed('a row has an impossible number of columns');
    const bytes = this.#bytes;
    const end = this.#end;
    const fields: number[] = [];
    let at = this.#at;
    for (let i = 0; i < count; i++) {
      const kind = at < end ? (bytes[at] as number) : 0;
      at += 1;
      if (kind === FIELD_TEXT || kind === FIELD_BINARY) {
        if (at + 4 > end) throw malformed('a value has no length');
        const length =
          ((bytes[at] as number) << 24) |
          ((bytes[at + 1] as number) << 16) |
          ((bytes[at + 2] as number) << 8) |
          (bytes[at + 3] as number);
        at += 4;
        if (length < 0 || length > end - at) throw malformed('a value is longer than its message');
        fields.push(kind, at, length);
        at += length;
      } else if (kind === FIELD_NULL || kind === FIELD_UNCHANGED) fields.push(kind, at, 0);
      else throw malformed(`a value of the kind ${kind}`);
    }
    this.#at = at;
    return new Tuple(bytes, fields);
  }

  /** @throws AppError where something is left of the message */
  close(): void {
    if (this.#at !== this.#end) throw malformed(`${this.left} bytes too many`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || length > this.#end - at) throw malformed('the message is too short');
    this.#at = at + length;
    return at;
  }
}

/** The one error of this decoder. It quotes nothing: the bytes are somebody's rows. */
export function malformed(what: string): AppError {
  return new AppError('SLOT_MESSAGE_INVALID', `A message of pgoutput is malformed: ${what}.`);
}
