/** Undoes the escapes of COPY's text format. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */

const BACKSLASH = 0x5c;

/** The byte that a backslash and `escaped` stand for. COPY TO writes no octal or hexadecimal escapes. */
export function unescapedByte(escaped: number): number {
  switch (escaped) {
    case 0x62: // \b
      return 0x08;
    case 0x66: // \f
      return 0x0c;
    case 0x6e: // \n
      return 0x0a;
    case 0x72: // \r
      return 0x0d;
    case 0x74: // \t
      return 0x09;
    case 0x76: // \v
      return 0x0b;
    default:
      return escaped;
  }
}

/** The bytes of one value. */
export function unescapeCopyText(bytes: Uint8Array, start: number, end: number): Buffer {
  const value = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    let byte = bytes[i] as number;
    if (byte === BACKSLASH && i + 1 < end) byte = unescapedByte(bytes[++i] as number);
    value[length++] = byte;
  }
  return value.subarray(0, length);
}
