/**
 * Text that arrives as the bytes that a database holds. A database in SQL_ASCII holds any bytes, and one in another encoding
 * some that UTF-8 has no character for: there the server refuses the whole answer for one such value.
 * https://www.postgresql.org/docs/current/multibyte.html
 */
import { isUtf8 } from 'node:buffer';
import { TEXT_ENCODINGS } from '../../contract/encoding.ts';

/** Encodings of servers, by the names of https://encoding.spec.whatwg.org/#names-and-labels. */
const LABELS: Readonly<Record<string, string>> = {
  ...TEXT_ENCODINGS,
  EUC_CN: 'gb18030',
  EUC_JP: 'euc-jp',
  EUC_JIS_2004: 'euc-jp',
  EUC_KR: 'euc-kr',
};

/** Those that nothing here decodes: their server translates them, and refuses what it cannot. */
export const UNKNOWN_ENCODINGS = ['EUC_TW', 'MULE_INTERNAL'] as const;

/** Byte 0x80 as a lone surrogate is U+DC80: no text has one, so that it cannot be taken for a character (PEP 383). */
const SURROGATE = 0xdc00;

/**
 * The text of these bytes. What is no text becomes a lone surrogate for each byte; {@link showBytes} makes it readable.
 * @param encoding as `getdatabaseencoding()` names it; SQL_ASCII is taken for UTF-8
 */
export function decodeServerText(bytes: Buffer, encoding: string): string {
  if (encoding === 'UTF8' || encoding === 'SQL_ASCII') return decodeUtf8(bytes);
  const label = LABELS[encoding];
  if (label?.startsWith('iso-8859-') === true) return decodeIso(bytes, label);
  if (label !== undefined) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {
      // Some of it is no text: then only what is ASCII can be told.
    }
  }
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : SURROGATE + byte)).join('');
}

/** In these the bytes from 0x80 to 0x9f are control characters; the labels of the Web mean Windows's encodings, which have letters there. */
function decodeIso(bytes: Buffer, label: string): string {
  const decoder = new TextDecoder(label, { fatal: true });
  const characterOf = (byte: number) => {
    if (byte < 0xa0) return String.fromCharCode(byte);
    try {
      return decoder.decode(Uint8Array.of(byte));
    } catch {
      return String.fromCharCode(SURROGATE + byte);
    }
  };
  const known = new Map<number, string>();
  return Array.from(bytes, (byte) => {
    const character = known.get(byte) ?? characterOf(byte);
    known.set(byte, character);
    return character;
  }).join('');
}

function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes[at] ?? 0);
    if (length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) {
      at += length;
      continue;
    }
    pieces.push(bytes.toString('utf8', start, at), String.fromCharCode(SURROGATE + (bytes[at] ?? 0)));
    at += 1;
    start = at;
  }
  pieces.push(bytes.toString('utf8', start));
  return pieces.join('');
}

/** Bytes of the character that begins so; 0 where none does. */
function characterLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** True where some bytes were no text. */
export function hasBytes(text: string): boolean {
  return !text.isWellFormed();
}

/** The text as people can read it: what is no text as `\xe9`. */
export function showBytes(text: string): string {
  return text.replaceAll(
    /[\uDC80-\uDCFF]/gu,
    (byte) => `\\x${(byte.charCodeAt(0) - SURROGATE).toString(16)}`,
  );
}

/** The first characters, none of them cut in two, and the number of all. */
export function firstCharacters(
  text: string,
  limit: number,
): { readonly text: string; readonly length: number } {
  if (text.length <= limit) return { text, length: text.length };
  let length = 0;
  let end = 0;
  for (const character of text) {
    if (length < limit) end += character.length;
    length += 1;
  }
  return { text: text.slice(0, end), length };
}
