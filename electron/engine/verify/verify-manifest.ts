/** Reads every object that a manifest names, and compares rows, bytes and checksum with what it says. */
import type { Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import type { Verification } from '../../contract/verification.ts';
import { outerCompression } from '../encode/create-encoder.ts';
import { decompress } from '../encode/decompress.ts';
import { UnreadableFooter } from '../encode/parquet/footer-rows.ts';
import { createRowCounter, type RowCounter } from '../encode/row-counter.ts';
import { crc32Base64 } from '../lib/crc32.ts';
import { readNamedManifest } from '../lib/read-manifest.ts';
import { problemOf, watched } from '../lib/stored-bytes.ts';
import type { ObjectSink } from '../ports.ts';

type ObjectVerification = Verification['objects'][number];

/**
 * Proves a manifest. An object that is missing, damaged or short is a finding and not an error.
 * @throws AppError when the manifest is not there, or the destination cannot be read
 */
export async function verifyManifest(
  sink: ObjectSink,
  manifestKey: string,
  signal: AbortSignal,
): Promise<Verification> {
  const manifest = await readNamedManifest(sink, manifestKey, signal);
  const objects: ObjectVerification[] = [];
  for (const object of manifest.objects) objects.push(await verifyObject(sink, manifest, object, signal));
  return {
    runId: manifest.runId,
    proved: objects.every(({ problem }) => problem === null) && sumRows(objects) === manifest.rows,
    rows: sumRows(objects),
    bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    objects,
  };
}

async function verifyObject(
  sink: ObjectSink,
  { spec }: Manifest,
  expected: WrittenObject,
  signal: AbortSignal,
): Promise<ObjectVerification> {
  const counter = createRowCounter(spec.format);
  const seen = { bytes: 0, crc: 0 };
  try {
    const stored = watched(sink.read(expected.key, signal), seen);
    const compression = outerCompression(spec.format, spec.compression);
    for await (const piece of decompress(stored, compression)) counter.push(piece);
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { key: expected.key, rows: countedRows(counter) ?? 0, bytes: seen.bytes, problem };
  }
  const found = { rows: countedRows(counter), bytes: seen.bytes, crc32: crc32Base64(seen.crc) };
  const problem = difference(expected, found);
  return { key: expected.key, rows: found.rows ?? 0, bytes: found.bytes, problem };
}

/** Undefined where the object does not say how many rows it has. */
function countedRows(counter: RowCounter): number | undefined {
  try {
    return counter.rows();
  } catch (error) {
    if (error instanceof UnreadableFooter) return undefined;
    throw error;
  }
}

function difference(
  expected: WrittenObject,
  found: Pick<WrittenObject, 'bytes' | 'crc32'> & { readonly rows: number | undefined },
): string | null {
  if (found.bytes !== expected.bytes) return `It has ${found.bytes} bytes instead of ${expected.bytes}.`;
  if (found.crc32 !== expected.crc32) return `Its CRC-32 is ${found.crc32} instead of ${expected.crc32}.`;
  if (found.rows === undefined) return 'It is damaged: its footer cannot be read.';
  if (found.rows !== expected.rows) return `It has ${found.rows} rows instead of ${expected.rows}.`;
  return null;
}

function sumRows(objects: readonly ObjectVerification[]): number {
  return objects.reduce((sum, { rows }) => sum + rows, 0);
}
