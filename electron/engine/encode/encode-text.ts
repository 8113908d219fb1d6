/**
 * Text in an encoding of one byte a character, as Postgres converts it. Needed for the names of columns alone: the values
 * come converted.
 */
import { TEXT_ENCODINGS, type TextEncodingName } from '../../contract/encoding.ts';

/** A character that the encoding does not have. */
export class UnencodableText extends RangeError {}

/** @throws UnencodableText */
export function encodeText(text: string, encoding: TextEncodingName): Buffer {
  if (encoding === 'UTF8') return Buffer.from(text);
  const table = tableOf(encoding);
  return Buffer.from(
    Array.from(text, (character) => {
      const byte = table.get(character);
      if (byte === undefined) throw new UnencodableText(`${encoding} does not have all of its characters`);
      return byte;
    }),
  );
}

/** From character to byte: a decoder is what the platform has. */
function tableOf(encoding: Exclude<TextEncodingName, 'UTF8'>): ReadonlyMap<string, number> {
  const decoder = new TextDecoder(TEXT_ENCODINGS[encoding], { fatal: true });
  const table = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const character = decode(decoder, byte, encoding);
    if (character !== undefined) table.set(character, byte);
  }
  for (const [character, byte] of DIFFERENCES[encoding] ?? []) table.set(character, byte);
  return table;
}

/** Where the web's decoder has other characters than RFC 2319, which Postgres keeps to. */
const DIFFERENCES: Partial<Readonly<Record<TextEncodingName, readonly (readonly [string, number])[]>>> = {
  KOI8U: [
    ['╝', 0xae],
    ['╬', 0xbe],
  ],
};

/**
 * The web's decoders put printable characters where ISO 8859 has the control characters from 0x80 to 0x9f; Postgres
 * keeps to the standard. https://encoding.spec.whatwg.org/#names-and-labels
 */
function decode(
  decoder: InstanceType<typeof TextDecoder>,
  byte: number,
  encoding: string,
): string | undefined {
  const iso = encoding.startsWith('LATIN') || encoding.startsWith('ISO');
  if (byte < 0x80 || (iso && byte < 0xa0)) return String.fromCharCode(byte);
  try {
    return decoder.decode(Uint8Array.of(byte));
  } catch {
    // A byte that the encoding does not use.
    return undefined;
  }
}
