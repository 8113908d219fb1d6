/**
 * JSON Lines. Postgres writes the objects (`row_to_json`), so that int8 and numeric keep every digit; COPY's text format
 * then escapes backslashes and line ends, which is undone here.
 */
import type { JsonColumn } from '../copy-form.ts';
import type { RowBatch, SourceColumn } from '../ports.ts';
import { assertNamesDiffer } from './column-names.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { NO_BYTES, plainEncoder, type RowEncoder } from './row-encoder.ts';

const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** @throws AppError `DATA_TYPE_UNSUPPORTED` when two columns have one name: an object would lose one of them */
export function jsonl(columns: readonly SourceColumn[]): RowEncoder {
  assertNamesDiffer(columns, 'a JSON object');
  const members = columns.map((column) => ({ name: column.name, form: formOf(column) }));
  const plain = members.every(({ form }) => form === 'value');
  const output = new GrowingBuffer();
  return plainEncoder({
    form: { kind: 'json', columns: plain ? undefined : members },
    header: NO_BYTES,
    encode: (batch) => unescape(batch, output),
  });
}

function formOf({ type, castsToJson }: SourceColumn): JsonColumn['form'] {
  if (castsToJson === true) return 'text';
  return type.endsWith('[]') ? 'array' : 'value';
}

/**
 * `\\` stands for a backslash. Any other escape stands for white space that a column of type json has kept between
 * its tokens (inside a JSON string it cannot be): one blank is as good, and keeps the object on its line.
 */
function unescape({ bytes }: RowBatch, output: GrowingBuffer): Uint8Array {
  let escape = bytes.indexOf(BACKSLASH);
  if (escape === -1) return bytes;
  output.reset(bytes.length);
  let from = 0;
  while (escape !== -1) {
    output.append(bytes, from, escape);
    output.push(bytes[escape + 1] === BACKSLASH ? BACKSLASH : SPACE);
    from = escape + 2;
    escape = bytes.indexOf(BACKSLASH, from);
  }
  output.append(bytes, from, bytes.length);
  return output.bytes();
}
