const LINE_FEED = 0x0a;

/** Whole lines of text, without their ends; those that came together in one array. A last line without an end counts. */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let begun: Buffer[] = [];
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const end = chunk.lastIndexOf(LINE_FEED);
    if (end < 0) {
      // What is kept must not change under us: whoever reads may use the memory again.
      begun.push(Buffer.from(chunk));
      continue;
    }
    yield Buffer.concat([...begun, chunk.subarray(0, end)])
      .toString('utf8')
      .split('\n');
    begun = end + 1 < chunk.length ? [Buffer.from(chunk.subarray(end + 1))] : [];
  }
  if (begun.length > 0) yield [Buffer.concat(begun).toString('utf8')];
}
