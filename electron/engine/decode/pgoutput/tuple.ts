/** How a value of a tuple is given. */
export type FieldKind = 'null' | 'unchanged' | 'text' | 'binary';

export const FIELD_NULL = 0x6e; // 'n'
export const FIELD_UNCHANGED = 0x75; // 'u'
export const FIELD_TEXT = 0x74; // 't'
export const FIELD_BINARY = 0x62; // 'b'

const KINDS: Readonly<Record<number, FieldKind>> = {
  [FIELD_NULL]: 'null',
  [FIELD_UNCHANGED]: 'unchanged',
  [FIELD_TEXT]: 'text',
  [FIELD_BINARY]: 'binary',
};

/**
 * The values of one row as they lie in the message: nothing is copied or turned into text before somebody asks for it,
 * because most of what capture reads is passed on as bytes. Valid as long as the bytes of the message are.
 */
export class Tuple {
  readonly #bytes: Buffer;
  /** Kind, start and length of each field, one after the other. */
  readonly #fields: readonly number[];

  constructor(bytes: Buffer, fields: readonly number[]) {
    this.#bytes = bytes;
    this.#fields = fields;
  }

  get length(): number {
    return this.#fields.length / 3;
  }

  kind(field: number): FieldKind {
    return KINDS[this.#fields[field * 3] ?? FIELD_NULL] ?? 'null';
  }

  /** Where the values lie; see {@link start} and {@link size}. For those who copy each value and nothing else. */
  get source(): Buffer {
    return this.#bytes;
  }

  /** One of the FIELD_ codes. */
  code(field: number): number {
    return this.#fields[field * 3] ?? FIELD_NULL;
  }

  /** Where a value begins in {@link source}. */
  start(field: number): number {
    return this.#fields[field * 3 + 1] ?? 0;
  }

  /** Bytes of a value; 0 of one that is not there. */
  size(field: number): number {
    return this.#fields[field * 3 + 2] ?? 0;
  }

  /** The bytes of a text or binary value, not copied; empty for the others. */
  bytes(field: number): Buffer {
    const start = this.#fields[field * 3 + 1] ?? 0;
    return this.#bytes.subarray(start, start + (this.#fields[field * 3 + 2] ?? 0));
  }

  /** A text value, or null for SQL NULL. A value that is not in the message, or binary, has no text: ask the kind first. */
  text(field: number): string | null {
    if (this.#fields[field * 3] !== FIELD_TEXT) return null;
    const start = this.#fields[field * 3 + 1] ?? 0;
    return this.#bytes.toString('utf8', start, start + (this.#fields[field * 3 + 2] ?? 0));
  }
}
