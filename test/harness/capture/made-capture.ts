/** The files of a capture, made by hand, line by line: what a reader of the log has to cope with. */
import { captureFolder, checkpointKey, logKey } from '../../../electron/contract/capture-log.ts';
import type {
  CaptureCheckpoint,
  CaptureLogEntry,
  CaptureSchemaFile,
  LoggedObject,
  OperationCounts,
} from '../../../electron/contract/capture-log.ts';
import type { CapturedTable } from '../../../electron/contract/capture-spec.ts';
import { formatLsn } from '../../../electron/engine/decode/lsn.ts';
import { createCompressor } from '../../../electron/engine/encode/compressor.ts';
import { crc32Base64, crc32Of } from '../../../electron/engine/lib/crc32.ts';
import type { ObjectSink } from '../../../electron/engine/ports.ts';

export const JOB = 'orders';
export const ORDERS: CapturedTable = { schema: 'public', name: 'orders' };

/** A line of an object, without what all of them have. */
export interface MadeChange {
  readonly op: 'r' | 'c' | 'u' | 'd' | 't';
  /** Position of the commit. */
  readonly at: number;
  readonly before?: object | null;
  readonly after?: object | null;
  readonly unchanged?: readonly string[];
}

export interface MadeObject {
  readonly shape: CaptureSchemaFile;
  readonly changes: readonly MadeChange[];
}

const KINDS = { r: 'read', c: 'insert', u: 'update', d: 'delete', t: 'truncate' } as const;
const WRITTEN_AT = '2020-06-01T00:00:00.000Z';

/** Columns `id int` (the key), and others of type text. */
export function shapeOf(
  columns: readonly string[],
  change: Partial<CaptureSchemaFile> & { readonly keys?: readonly string[] } = {},
): CaptureSchemaFile {
  const { keys = ['id'], ...rest } = change;
  return {
    version: 1,
    table: ORDERS,
    replicaIdentity: 'default',
    columns: columns.map((name) => ({
      name,
      type: name === 'id' ? 'integer' : 'text',
      typeId: name === 'id' ? 23 : 25,
      typeModifier: -1,
      key: keys.includes(name) || rest.replicaIdentity === 'full',
    })),
    ...rest,
  };
}

export class MadeCapture {
  readonly sink: ObjectSink;
  readonly signal = new AbortController().signal;
  readonly entries: CaptureLogEntry[] = [];
  #objects = 0;
  #to = 0n;

  constructor(sink: ObjectSink) {
    this.sink = sink;
  }

  /** An entry of changes that ends at a position; left out, it begins where the one before ended. */
  async changes(
    to: number,
    object: MadeObject,
    { from }: { readonly from?: number } = {},
  ): Promise<CaptureLogEntry> {
    const start = from === undefined ? this.#to : BigInt(from);
    this.#to = BigInt(to);
    return await this.#entry('changes', start, this.#to, [object]);
  }

  async snapshot(at: number, ...objects: readonly MadeObject[]): Promise<CaptureLogEntry> {
    if (this.entries.length === 0) this.#to = BigInt(at);
    return await this.#entry('snapshot', BigInt(at), BigInt(at), objects);
  }

  /** Some rows as they were at a position, of a reading that began at another. */
  async partial(from: number, at: number, ...objects: readonly MadeObject[]): Promise<CaptureLogEntry> {
    return await this.#entry('partial', BigInt(from), BigInt(at), objects);
  }

  /** The end of a reading that began at another position. */
  async resumed(from: number, at: number, ...objects: readonly MadeObject[]): Promise<CaptureLogEntry> {
    return await this.#entry('snapshot', BigInt(from), BigInt(at), objects);
  }

  /** The checkpoint that counts all entries in, or one that differs. */
  async checkpoint(change: Partial<CaptureCheckpoint> = {}): Promise<void> {
    const checkpoint: CaptureCheckpoint = {
      version: 1,
      job: JOB,
      slot: 'sluice_orders',
      publication: 'sluice_orders',
      database: 'shop',
      systemIdentifier: '1',
      timeline: 1,
      format: 'jsonl',
      compression: 'zstd',
      epoch: 1,
      writer: null,
      fenced: true,
      sequence: this.entries.length,
      durableLsn: formatLsn(this.#to),
      durableCommitAt: null,
      tables: [{ table: ORDERS, state: 'done', lsn: null, rows: 0 }],
      pending: [],
      writeId: String(Math.random()),
      updatedAt: WRITTEN_AT,
      ...change,
    };
    const key = checkpointKey(this.sink.prefix, JOB);
    const old = await this.sink.readState(key, this.signal);
    await this.sink.replaceState(key, JSON.stringify(checkpoint), old?.tag, this.signal);
  }

  async #entry(
    kind: CaptureLogEntry['kind'],
    from: bigint,
    to: bigint,
    made: readonly MadeObject[],
  ): Promise<CaptureLogEntry> {
    const objects: LoggedObject[] = [];
    for (const object of made) objects.push(await this.#write(object, objects.length + 1));
    const entry: CaptureLogEntry = {
      version: 1,
      job: JOB,
      sequence: this.entries.length + 1,
      epoch: 1,
      kind,
      fromLsn: formatLsn(from),
      toLsn: formatLsn(to),
      format: 'jsonl',
      compression: 'zstd',
      transactions: 1,
      objects,
      ...((kind === 'snapshot' || kind === 'partial') && { table: ORDERS }),
      writtenAt: WRITTEN_AT,
    };
    const key = logKey(this.sink.prefix, JOB, entry.sequence, entry.epoch);
    await this.sink.replaceState(key, JSON.stringify(entry), undefined, this.signal);
    this.entries.push(entry);
    return entry;
  }

  async #write({ shape, changes }: MadeObject, part: number): Promise<LoggedObject> {
    const schema = `${captureFolder(this.sink.prefix, JOB)}/schema/${crc32Of(Buffer.from(JSON.stringify(shape))).toString(16)}.json`;
    await this.sink.replaceState(schema, JSON.stringify(shape), undefined, this.signal);
    const positions = `${digits(this.#objects)}-${digits(this.#objects)}`;
    const key = `${JOB}/public/orders/2020-06-01/${positions}-${String(++this.#objects).padStart(5, '0')}.jsonl.zst`;
    const bytes = await packed(changes.map(lineOf).join(''));
    await this.#store(key, bytes, changes.length);
    const operations: OperationCounts = { read: 0, insert: 0, update: 0, delete: 0, truncate: 0 };
    for (const { op } of changes) operations[KINDS[op]]++;
    return {
      key,
      table: shape.table,
      schema,
      rows: changes.length,
      bytes: bytes.length,
      etag: '',
      crc32: crc32Base64(crc32Of(bytes)),
      operations,
      firstLsn: formatLsn(BigInt(changes[0]!.at)),
      lastLsn: formatLsn(BigInt(changes.at(-1)!.at)),
      firstCommitAt: null,
      lastCommitAt: null,
      part,
    };
  }

  async #store(key: string, bytes: Uint8Array, rows: number): Promise<void> {
    const quiet = {
      onPartStarted: () => undefined,
      onPartUploaded: () => undefined,
      onWriting: () => Promise.resolve(),
      onRefused: () => undefined,
      onUploadOpened: () => Promise.resolve(),
    };
    const object = { key, runId: JOB, overwrite: false, contentType: 'application/x-ndjson' };
    const writer = await this.sink.create(object, quiet, this.signal);
    await writer.write(bytes);
    await writer.complete(rows);
  }
}

function lineOf({ op, at, before = null, after = null, unchanged }: MadeChange): string {
  const { schema, name: table } = ORDERS;
  const source = { connector: 'postgresql', name: JOB, schema, table, lsn: at, commit_lsn: at };
  return `${JSON.stringify({ before, after, source, op, ts_ms: 0, ...(unchanged && { unchanged }) })}\n`;
}

export async function packed(text: string): Promise<Buffer> {
  const compressor = createCompressor('zstd');
  const pieces = [...(await compressor.push(Buffer.from(text)))];
  pieces.push(...(await compressor.end()));
  return Buffer.concat(pieces);
}

function digits(position: number): string {
  return position.toString(16).toUpperCase().padStart(16, '0');
}
