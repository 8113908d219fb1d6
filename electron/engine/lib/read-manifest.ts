import { AppError } from '../../contract/app-error.ts';
import { manifestSchema, type Manifest } from '../../contract/manifest.ts';
import { parseWritten } from '../../contract/parse-written.ts';
import type { ObjectSink } from '../ports.ts';

/** Bytes of a manifest that are read: one of ten thousand objects takes three megabytes. */
const MANIFEST_LIMIT = 64 * 1024 ** 2;

/**
 * Reads and parses a manifest; undefined where there is none.
 * @throws AppError `DATA_MANIFEST_INVALID` for one that is not a manifest, `STORE_VERSION_NEWER`, or of the DEST_ family
 */
export async function readManifest(
  sink: Pick<ObjectSink, 'read' | 'uriOf'>,
  key: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of sink.read(key, signal)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MANIFEST_LIMIT) throw invalid(sink.uriOf(key));
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'DEST_NO_OBJECT') return undefined;
    throw error;
  }
  const uri = sink.uriOf(key);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    throw invalid(uri, error);
  }
  // The note of another run that has taken the job over: it keeps the manifest from being written late.
  if (typeof value === 'object' && value !== null && 'abandoned' in value) return undefined;
  return parseWritten(manifestSchema, value, uri, (cause) => invalid(uri, cause));
}

/** The same, for somebody who has named it. @throws AppError `DEST_NO_OBJECT` as well */
export async function readNamedManifest(
  sink: Pick<ObjectSink, 'read' | 'uriOf'>,
  key: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const manifest = await readManifest(sink, key, signal);
  if (manifest !== undefined) return manifest;
  throw new AppError('DEST_NO_OBJECT', `There is no manifest ${sink.uriOf(key)}.`);
}

function invalid(uri: string, cause?: unknown): AppError {
  return new AppError('DATA_MANIFEST_INVALID', `${uri} is not a manifest of Sluice.`, { cause });
}
