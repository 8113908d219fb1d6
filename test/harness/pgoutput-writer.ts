/** Writes messages of pgoutput as a server would, field by field from the manual: what the decoder is tested against. */
export class PgoutputWriter {
  readonly #parts: Buffer[] = [];

  static message(kind: string): PgoutputWriter {
    return new PgoutputWriter().int8(kind.charCodeAt(0));
  }

  int8(value: number): this {
    return this.#add(1, (buffer) => buffer.writeUInt8(value & 0xff));
  }
  int16(value: number): this {
    return this.#add(2, (buffer) => buffer.writeInt16BE(value));
  }
  int32(value: number): this {
    return this.#add(4, (buffer) => buffer.writeUInt32BE(value >>> 0));
  }
  int64(value: bigint): this {
    return this.#add(8, (buffer) => buffer.writeBigInt64BE(BigInt.asIntN(64, value)));
  }
  text(value: string): this {
    this.#parts.push(Buffer.from(value), Buffer.of(0));
    return this;
  }
  raw(value: Uint8Array): this {
    this.#parts.push(Buffer.from(value));
    return this;
  }

  tuple(values: readonly TupleValue[]): this {
    this.int16(values.length);
    for (const value of values) {
      if (value === null) this.int8(0x6e);
      else if (value === 'unchanged') this.int8(0x75);
      else if ('text' in value) this.#sized(0x74, Buffer.from(value.text));
      else this.#sized(0x62, value.binary);
    }
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #sized(kind: number, value: Buffer): void {
    this.int8(kind).int32(value.length).raw(value);
  }

  #add(length: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(length);
    write(buffer);
    this.#parts.push(buffer);
    return this;
  }
}

export type TupleValue = null | 'unchanged' | { readonly text: string } | { readonly binary: Buffer };

const m = (kind: string) => PgoutputWriter.message(kind);

/** The relation of {@link ORDER}: `public.Orders (id, status)` with the key id. */
export const ORDERS = m('R')
  .int32(16_385)
  .text('public')
  .text('Orders')
  .int8(0x64)
  .int16(2)
  .int8(1)
  .text('id')
  .int32(23)
  .int32(-1)
  .int8(0)
  .text('status')
  .int32(25)
  .int32(-1)
  .bytes();
export const ORDER: readonly TupleValue[] = [{ text: '7' }, { text: 'paid' }];

/** One of every message outside of a stream block; the corpus of the fuzz test. */
export const CORPUS: Readonly<Record<string, Buffer>> = {
  begin: m('B').int64(0x16_b374_d848n).int64(5n).int32(0xffff_fff0).bytes(),
  commit: m('C').int8(0).int64(1n).int64(2n).int64(3n).bytes(),
  origin: m('O').int64(9n).text('node_a').bytes(),
  relation: ORDERS,
  type: m('Y').int32(99_999).text('public').text('mood').bytes(),
  insert: m('I').int32(16_385).int8(0x4e).tuple(ORDER).bytes(),
  update: m('U').int32(16_385).int8(0x4e).tuple(ORDER).bytes(),
  updateKey: m('U')
    .int32(16_385)
    .int8(0x4b)
    .tuple([{ text: '6' }, null])
    .int8(0x4e)
    .tuple(ORDER)
    .bytes(),
  updateFull: m('U')
    .int32(16_385)
    .int8(0x4f)
    .tuple(ORDER)
    .int8(0x4e)
    .tuple([{ text: '7' }, 'unchanged'])
    .bytes(),
  deleteKey: m('D')
    .int32(16_385)
    .int8(0x4b)
    .tuple([{ text: '7' }, null])
    .bytes(),
  deleteFull: m('D').int32(16_385).int8(0x4f).tuple(ORDER).bytes(),
  truncate: m('T').int32(2).int8(3).int32(16_385).int32(4_294_967_295).bytes(),
  message: m('M').int8(1).int64(77n).text('audit').int32(3).raw(Buffer.from('abc')).bytes(),
  binary: m('I')
    .int32(16_385)
    .int8(0x4e)
    .tuple([{ binary: Buffer.of(0, 0, 0, 7) }, null])
    .bytes(),
  streamStart: m('S').int32(801).int8(1).bytes(),
  streamStop: m('E').bytes(),
  streamCommit: m('c').int32(801).int8(0).int64(1n).int64(2n).int64(3n).bytes(),
  streamAbort: m('A').int32(801).int32(802).bytes(),
  streamAbortParallel: m('A').int32(801).int32(802).int64(5n).int64(6n).bytes(),
  beginPrepare: m('b').int64(1n).int64(2n).int64(3n).int32(801).text('gid').bytes(),
  prepare: m('P').int8(0).int64(1n).int64(2n).int64(3n).int32(801).text('gid').bytes(),
  commitPrepared: m('K').int8(0).int64(1n).int64(2n).int64(3n).int32(801).text('gid').bytes(),
  rollbackPrepared: m('r').int8(0).int64(1n).int64(2n).int64(3n).int64(4n).int32(801).text('gid').bytes(),
  streamPrepare: m('p').int8(0).int64(1n).int64(2n).int64(3n).int32(801).text('gid').bytes(),
};
