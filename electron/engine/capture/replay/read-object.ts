/** Reads an object of a capture, and proves it while it passes: bytes, checksum, rows, kinds and order of its changes. */
import type { OperationCounts } from '../../../contract/capture-log.ts';
import { decompress } from '../../encode/decompress.ts';
import { formatLsn, parseLsn } from '../../decode/lsn.ts';
import { crc32Base64 } from '../../lib/crc32.ts';
import { problemOf, watched } from '../../lib/stored-bytes.ts';
import type { HistoryObject } from './history.ts';
import type { LoggedChange } from './logged-change.ts';
import { lineParser } from './parse-line.ts';
import type { LogShelf } from './read-log.ts';
import { splitLines } from './split-lines.ts';

/** An object is not what the log says; the message is a sentence about it. */
export class ObjectProblem extends Error {
  readonly key: string;

  constructor(key: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectProblem';
    this.key = key;
  }
}

/**
 * The changes of an object, in order. What comes before the end is not proved yet.
 * @throws ObjectProblem, or AppError of the DEST_ family
 */
export async function* readObject(
  shelf: LogShelf,
  { object, format, compression }: HistoryObject,
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedChange[]> {
  const seen = { bytes: 0, crc: 0 };
  const counts: OperationCounts = { read: 0, insert: 0, update: 0, delete: 0, truncate: 0 };
  const { key } = object;
  if (format === 'parquet') return await proveBytes(shelf, object, signal);
  let last = parseLsn(object.firstLsn);
  const end = parseLsn(object.lastLsn);
  try {
    const stored = watched(shelf.read(key, signal), seen);
    const parse = lineParser(format);
    for await (const lines of splitLines(decompress(stored, compression))) {
      const changes = lines.map(parse);
      for (const { operation, commitLsn } of changes) {
        counts[operation]++;
        if (commitLsn < last || commitLsn > end)
          throw new ObjectProblem(key, `A change at ${formatLsn(commitLsn)} is out of its order.`);
        last = commitLsn;
      }
      yield changes;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ObjectProblem) throw error;
    const problem = error instanceof SyntaxError ? 'It has a line that is no change.' : problemOf(error);
    // A checksum that differs says more than what follows from it.
    if (problem !== undefined) throw new ObjectProblem(key, problem, { cause: error });
    throw error;
  }
  const problem = differenceOf(object, seen, counts);
  if (problem !== undefined) throw new ObjectProblem(key, problem);
}

/** Of Parquet only that it is what was written: its rows are not read. */
async function proveBytes(
  shelf: LogShelf,
  { key, bytes, crc32 }: HistoryObject['object'],
  signal: AbortSignal,
): Promise<void> {
  const seen = { bytes: 0, crc: 0 };
  try {
    for await (const piece of watched(shelf.read(key, signal), seen)) void piece;
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error);
    throw problem === undefined ? error : new ObjectProblem(key, problem, { cause: error });
  }
  const found = crc32Base64(seen.crc);
  if (seen.bytes !== bytes) throw new ObjectProblem(key, `It has ${seen.bytes} bytes instead of ${bytes}.`);
  if (found !== crc32) throw new ObjectProblem(key, `Its CRC-32 is ${found} instead of ${crc32}.`);
}

function differenceOf(
  { bytes, crc32, rows, operations }: HistoryObject['object'],
  seen: { readonly bytes: number; readonly crc: number },
  counts: OperationCounts,
): string | undefined {
  if (seen.bytes !== bytes) return `It has ${seen.bytes} bytes instead of ${bytes}.`;
  const found = crc32Base64(seen.crc);
  if (found !== crc32) return `Its CRC-32 is ${found} instead of ${crc32}.`;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all !== rows) return `It has ${all} changes instead of ${rows}.`;
  const kinds = Object.keys(counts) as (keyof OperationCounts)[];
  const wrong = kinds.find((kind) => counts[kind] !== operations[kind]);
  return wrong === undefined
    ? undefined
    : `It has ${counts[wrong]} changes of the kind "${wrong}" instead of ${operations[wrong]}.`;
}
