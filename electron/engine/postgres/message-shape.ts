/**
 * What the messages of a server have to look like. The driver believes each length and each count that stands in them: it
 * reads behind the end of a message, into the next one, and takes what it finds for values.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** Bytes of a header: the kind of the message, and its length, which counts itself and not the kind. */
export const HEADER_BYTES = 5;

/** Bytes of a row, or of a piece of a stream: the most that a server can send. */
const LARGEST_DATA = 1024 ** 3 + 1024 ** 2;

/** Bytes of every other message: the longest are errors that quote a statement. */
const LARGEST_OTHER = 64 * 1024 ** 2;

/** The methods of authentication that the driver knows; the others are named where they are refused. */
const AUTHENTICATIONS: ReadonlySet<number> = new Set([0, 3, 5, 10, 11, 12]);

export const UNKNOWN_AUTHENTICATIONS: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos V5'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [8, 'GSSAPI'],
  [9, 'SSPI'],
]);

/** Whether a body is what its kind says. @param columns of the last description of rows, where there was one */
type Shape = (body: Buffer, columns: number | undefined) => boolean;

const empty: Shape = (body) => body.length === 0;

const SHAPES: Readonly<Record<string, Shape>> = {
  R: (body) => body.length >= 4 && AUTHENTICATIONS.has(body.readUInt32BE(0)) && isAuthentication(body),
  K: (body) => body.length === 8,
  S: (body) => isTexts(body, 0, 2),
  Z: (body) => body.length === 1 && 'ITE'.includes(body.toString('latin1')),
  T: isRowDescription,
  D: isDataRow,
  C: (body) => isTexts(body, 0, 1),
  E: isFields,
  N: isFields,
  A: (body) => body.length > 4 && isTexts(body, 4, 2),
  t: (body) => body.length >= 2 && body.length === 2 + 4 * body.readUInt16BE(0),
  H: isCopyResponse,
  W: isCopyResponse,
  d: () => true,
  c: empty,
  n: empty,
  s: empty,
  I: empty,
  '1': empty,
  '2': empty,
  '3': empty,
};

/** Whether a message of this kind may have this length. Pure. */
export function isHeader(kind: string, length: number): boolean {
  if (!Object.hasOwn(SHAPES, kind) || length < 4) return false;
  return length <= (kind === 'd' || kind === 'D' ? LARGEST_DATA : LARGEST_OTHER);
}

/** Whether the body of a message is whole, and nothing stands behind it. Pure. */
export function isMessage(kind: string, body: Buffer, columns: number | undefined): boolean {
  return SHAPES[kind]?.(body, columns) ?? false;
}

/** Columns that a description of rows names. */
export function columnsIn(body: Buffer): number {
  return body.readUInt16BE(0);
}

function isAuthentication(body: Buffer): boolean {
  const method = body.readUInt32BE(0);
  if (method === 5) return body.length === 8;
  // SASL: its mechanisms, and an empty text behind the last.
  if (method === 10) return body.length > 6 && body.at(-1) === 0 && body.at(-2) === 0;
  return method > 10 || body.length === 4;
}

/** True where exactly so many texts, each with a zero at its end, stand from `from` on. */
function isTexts(body: Buffer, from: number, count: number): boolean {
  let at = from;
  for (let n = 0; n < count; n++) {
    const end = body.indexOf(0, at);
    if (end < 0) return false;
    at = end + 1;
  }
  return at === body.length;
}

/** A name, and 18 bytes of numbers, for each column. */
function isRowDescription(body: Buffer): boolean {
  if (body.length < 2) return false;
  let at = 2;
  for (let n = body.readUInt16BE(0); n > 0; n--) {
    const end = body.indexOf(0, at);
    if (end < 0 || end + 19 > body.length) return false;
    at = end + 19;
  }
  return at === body.length;
}

/** A length, and so many bytes, for each value; -1 is NULL. */
function isDataRow(body: Buffer, columns: number | undefined): boolean {
  if (body.length < 2 || body.readUInt16BE(0) !== columns) return false;
  let at = 2;
  for (let n = columns; n > 0; n--) {
    if (at + 4 > body.length) return false;
    const length = body.readInt32BE(at);
    if (length < -1) return false;
    at += 4 + Math.max(0, length);
  }
  return at === body.length;
}

/** Texts, each with a letter before it that says what it is; a zero ends them. */
function isFields(body: Buffer): boolean {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end < 0) return false;
    at = end + 1;
  }
  return at === body.length - 1;
}

function isCopyResponse(body: Buffer): boolean {
  return body.length >= 3 && body.length === 3 + 2 * body.readUInt16BE(1);
}
