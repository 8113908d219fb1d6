/** What a capture has written, as a reader sees it: the log, and the lines of the objects that it names. */
import { zstdDecompressSync, gunzipSync } from 'node:zlib';
import {
  captureCheckpointSchema,
  captureLogEntrySchema,
  checkpointKey,
  logFolder,
  type CaptureCheckpoint,
  type CaptureLogEntry,
} from '../../../electron/contract/capture-log.ts';
import type { ObjectSink } from '../../../electron/engine/ports.ts';

export interface WrittenCapture {
  readonly checkpoint: CaptureCheckpoint;
  readonly entries: readonly CaptureLogEntry[];
  /** Of each key that the log names. */
  readonly lines: ReadonlyMap<string, readonly CapturedLine[]>;
}

/** A line of JSON; numbers keep to 2^53, which scripted ones do. */
export interface CapturedLine {
  readonly op: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly source: Record<string, unknown>;
  readonly transaction: Record<string, unknown> | null;
  readonly unchanged?: readonly string[];
}

export async function readWritten(sink: ObjectSink, job: string): Promise<WrittenCapture> {
  const signal = AbortSignal.timeout(30_000);
  const state = await sink.readState(checkpointKey(sink.prefix, job), signal);
  if (state === undefined) throw new Error('there is no checkpoint');
  const entries: CaptureLogEntry[] = [];
  for (const key of await countedKeys(sink, job, signal)) {
    const found = await sink.readState(key, signal);
    entries.push(captureLogEntrySchema.parse(JSON.parse(found!.text)));
  }
  const lines = new Map<string, readonly CapturedLine[]>();
  for (const { compression, objects } of entries)
    for (const { key } of objects) lines.set(key, await readLines(sink, key, compression));
  return { checkpoint: captureCheckpointSchema.parse(JSON.parse(state.text)), entries, lines };
}

/** Of each number the key of the highest epoch. */
async function countedKeys(sink: ObjectSink, job: string, signal: AbortSignal): Promise<Iterable<string>> {
  const counted = new Map<string, { readonly epoch: number; readonly key: string }>();
  for await (const key of sink.list(logFolder(sink.prefix, job), '', signal)) {
    const [, number, epoch] = /\/(\d{16})(?:-(\d+))?\.json$/.exec(key) ?? [];
    if (number === undefined) continue;
    const found = { epoch: Number(epoch ?? 0), key };
    if ((counted.get(number)?.epoch ?? -1) < found.epoch) counted.set(number, found);
  }
  return [...counted.values()].map(({ key }) => key);
}

async function readLines(sink: ObjectSink, key: string, compression: string): Promise<CapturedLine[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of sink.read(key, AbortSignal.timeout(30_000))) pieces.push(piece);
  const stored = Buffer.concat(pieces);
  const bytes =
    compression === 'zstd'
      ? zstdDecompressSync(stored)
      : compression === 'gzip'
        ? gunzipSync(stored)
        : stored;
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CapturedLine);
}
