import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Compression } from '../../contract/format.ts';

/** Unpacks what a compressor has packed, as it comes. @throws what zlib throws for bytes that are damaged */
export function decompress(
  bytes: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  const unpack = transformFor(compression);
  if (unpack === undefined) return bytes;
  // The callback takes the error, which the reader of the iterable hears of as well.
  return pipeline(Readable.from(bytes), unpack, () => undefined);
}

function transformFor(compression: Compression): Transform | undefined {
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return createGunzip();
    case 'zstd':
      return createZstdDecompress();
  }
}
