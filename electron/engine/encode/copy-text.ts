/** Undoes the escapes of COPY's text format. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */

const BACKSLASH = 0x5c;

const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08], // \b
  [0x66, 0x0c], // \f
  [0x6e, 0x0a], // \n
  [0x72, 0x0d], // \r
  [0x74, 0x09], // \t
  [0x76, 0x0b], // \v
]);

/** The bytes of one value. COPY TO writes no octal or hexadecimal escapes, so those are not looked for. */
export function unescapeCopyText(bytes: Uint8Array, start: number, end: number): Buffer {
  const value = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    let byte = bytes[i] as number;
    if (byte === BACKSLASH && i + 1 < end) {
      const escaped = bytes[++i] as number;
      byte = ESCAPES.get(escaped) ?? escaped;
    }
    value[length++] = byte;
  }
  return value.subarray(0, length);
}
