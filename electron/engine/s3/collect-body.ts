/**
 * Reads the body of an answer, for the SDK.
 *
 * The SDK's own way is to pipe it into a Writable. Each of those that has got into the old part of the heap keeps the later
 * ones alive, with all that hangs on them, until that part is tidied up as well: 10 KB for each request, for as long as a run
 * goes on. Iterating leaves nothing.
 */
export async function collectBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
