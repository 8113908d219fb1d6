/** What reading an object back shows, beside what is in it. */
import { AppError } from '../../contract/app-error.ts';
import { crc32Of } from './crc32.ts';

export interface SeenBytes {
  bytes: number;
  crc: number;
}

/** Counts bytes and checksum of what passes, as it is stored. */
export async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  seen: SeenBytes,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    seen.bytes += piece.length;
    seen.crc = crc32Of(piece, seen.crc);
    yield piece;
  }
}

/** What an error says about the object; undefined where it says something about the destination. */
export function problemOf(error: unknown): string | undefined {
  if (error instanceof AppError) return error.code === 'DEST_NO_OBJECT' ? 'It is not there.' : undefined;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code === 'ERR_STREAM_PREMATURE_CLOSE'
    ? 'It is damaged: it cannot be unpacked.'
    : undefined;
}
