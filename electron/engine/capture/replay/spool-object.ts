/**
 * Puts an object into a file of the disk, and proves its bytes on the way: what says where things are in a file of Parquet stands at
 * its end, and an object can be larger than memory should be.
 */
import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { LoggedObject } from '../../../contract/capture-log.ts';
import { crc32Base64 } from '../../lib/crc32.ts';
import { watched } from '../../lib/stored-bytes.ts';
import { ObjectProblem } from './object-problem.ts';
import type { LogShelf } from './read-log.ts';

/** A file that goes when it is disposed of. As the library for Parquet reads files. */
export interface SpooledObject extends AsyncDisposable {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * @param folder where the file is: each has its own, because a reading that was interrupted is read amid the changes
 * @throws ObjectProblem where its bytes or its checksum are not those of the log, or what reading it throws
 */
export async function spoolObject(
  shelf: Pick<LogShelf, 'read'>,
  { key, bytes, crc32 }: Pick<LoggedObject, 'key' | 'bytes' | 'crc32'>,
  folder: string,
  signal: AbortSignal,
): Promise<SpooledObject> {
  const name = path.join(folder, `${randomUUID()}.parquet`);
  const file = await open(name, 'w+');
  const dispose = async () => {
    await file.close();
    await rm(name, { force: true });
  };
  try {
    const seen = { bytes: 0, crc: 0 };
    for await (const piece of watched(shelf.read(key, signal), seen)) await file.writeFile(piece);
    if (seen.bytes !== bytes) throw new ObjectProblem(key, `It has ${seen.bytes} bytes instead of ${bytes}.`);
    const found = crc32Base64(seen.crc);
    if (found !== crc32) throw new ObjectProblem(key, `Its CRC-32 is ${found} instead of ${crc32}.`);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    byteLength: bytes,
    slice: (start, end = bytes) => readAll(file, start < 0 ? bytes + start : start, end),
    [Symbol.asyncDispose]: dispose,
  };
}

async function readAll(file: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const memory = new Uint8Array(end - start);
  let at = 0;
  while (at < memory.length) {
    const { bytesRead } = await file.read(memory, at, memory.length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return memory.buffer;
}
