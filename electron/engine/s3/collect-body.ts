/**
 * Reads the body of an answer, for the SDK.
 *
 * The SDK's own pipes it into a Writable, and what of those the collector has moved to the old part of the heap keeps
 * those made after it, with all that hangs on them, until that part is tidied up as well: 10 KB for each request, for as
 * long as a run goes on. What only iterates leaves nothing.
 */
export async function collectBody(stream: AsyncIterable<Uint8Array> | Blob): Promise<Uint8Array> {
  if (stream instanceof Blob) return await stream.bytes();
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
