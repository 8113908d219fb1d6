/**
 * What a capture keeps below `_sluice/<job>/` at its destination: the checkpoint, the log of objects and the schemas. The
 * log is what readers trust. Its entries are numbered without a gap and are never changed; an object that no entry
 * names does not count. LSNs are `X/Y`, as Postgres writes them.
 */
import { z } from 'zod';
import { CAPTURE_FORMATS, capturedTableSchema, type CapturedTable } from './capture-spec.ts';
import { instantSchema } from './fields.ts';
import { COMPRESSIONS } from './format.ts';
import { safeSegment } from './key-segment.ts';

/** How many changes of each kind an object has. */
export const operationCountsSchema = z.object({
  /** Rows as a snapshot had them. */
  read: z.number(),
  insert: z.number(),
  update: z.number(),
  delete: z.number(),
  truncate: z.number(),
});
export type OperationCounts = z.infer<typeof operationCountsSchema>;

/** One object of changes of one table. */
export const loggedObjectSchema = z.object({
  key: z.string(),
  table: capturedTableSchema,
  /** Key of the schema that all its rows have. */
  schema: z.string(),
  rows: z.number(),
  bytes: z.number(),
  etag: z.string(),
  crc32: z.string(),
  operations: operationCountsSchema,
  /** Commit positions of its first and last change; of a snapshot, twice the position of the snapshot. */
  firstLsn: z.string(),
  lastLsn: z.string(),
  /** When these were committed; null for a snapshot. */
  firstCommitAt: z.string().nullable(),
  lastCommitAt: z.string().nullable(),
  /** From 1: its place among the objects of this entry that are of the same table; of a snapshot, of all its entries. */
  part: z.number(),
});
export type LoggedObject = z.infer<typeof loggedObjectSchema>;

/** Blocks of a table from `from` on, up to but without `to`; null: to the end. */
export const blockStretchSchema = z.object({ from: z.number(), to: z.number().nullable() });
export type BlockStretch = z.infer<typeof blockStretchSchema>;

/** What it takes to go on with the reading of a table that was interrupted. */
export const tableReadingSchema = z.object({
  /** Stands for how the table is stored and published: with another one, blocks and columns are not what they were. */
  identity: z.string(),
  /** Of the server: after a failover, what was read may be of transactions that the new one does not have. */
  timeline: z.number(),
  /** The oldest transaction that its first snapshot may not have seen, with 64 bits. */
  sinceXid: z.string(),
  /** Blocks that were read whole. */
  blocks: z.array(blockStretchSchema),
  /** Ranges that were read, of how many. */
  ranges: z.object({ done: z.number(), all: z.number() }),
});
export type TableReading = z.infer<typeof tableReadingSchema>;

/**
 * One step of the history. `changes`: all transactions that ended after `fromLsn`, up to `toLsn`. `snapshot`: all rows of
 * one table as they were at `toLsn`; changes of that table which were committed before `fromLsn` are not in the log, or do
 * not count. The two are the same, but for a reading that was interrupted: then `partial` entries with the same `fromLsn`
 * have rows of it too, each as they were at the `toLsn` of its own entry. `partial`: some rows of one table; they count
 * when the `snapshot` entry is there. `compaction`: its objects stand in the place of those that it names.
 */
export const captureLogEntrySchema = z.object({
  version: z.literal(1),
  job: z.string(),
  sequence: z.number(),
  /** Which writer wrote it: goes up by one whenever another begins. */
  epoch: z.number(),
  kind: z.enum(['changes', 'snapshot', 'partial', 'compaction']),
  fromLsn: z.string(),
  toLsn: z.string(),
  format: z.enum(CAPTURE_FORMATS),
  compression: z.enum(COMPRESSIONS),
  transactions: z.number(),
  objects: z.array(loggedObjectSchema),
  /** Of a snapshot, whole or partial: the table, which may have had no rows and thus no object. */
  table: capturedTableSchema.optional(),
  /** Of a partial snapshot: what was finished with it, and how to go on behind it. */
  reading: tableReadingSchema.optional(),
  /** Of a compaction: keys of objects that count no longer. */
  replaces: z.array(z.string()).optional(),
  writtenAt: instantSchema,
});
export type CaptureLogEntry = z.infer<typeof captureLogEntrySchema>;

/** A version of the columns of a table. Its key has a digest of its content, so that a replay comes to the same. */
export const captureSchemaFileSchema = z.object({
  version: z.literal(1),
  table: capturedTableSchema,
  replicaIdentity: z.enum(['default', 'nothing', 'full', 'index']),
  columns: z.array(
    z.object({
      name: z.string(),
      /** As `format_type` writes it where it is known: `numeric(12,2)`, `public.mood`. */
      type: z.string(),
      typeId: z.number(),
      typeModifier: z.number(),
      /** Part of the replica identity. */
      key: z.boolean(),
    }),
  ),
});
export type CaptureSchemaFile = z.infer<typeof captureSchemaFileSchema>;

/** How far the rows that a table had before are. */
export const tableSnapshotSchema = z.object({
  table: capturedTableSchema,
  /** `none`: not wanted. `pending`: to be read, or to be read on. `done`: in the log. */
  state: z.enum(['none', 'pending', 'done']),
  /** Changes of the table which were committed before it are left out; null while pending, or where none are. */
  lsn: z.string().nullable(),
  /** Rows of its snapshot in the log; those that were read twice count twice. */
  rows: z.number(),
  /** What is in the log of a reading that is not at its end; `lsn` is still null then. */
  reading: tableReadingSchema
    .extend({
      /** Position at which it began: changes from there on are in the log. */
      fromLsn: z.string(),
      objects: z.number(),
    })
    .optional(),
  /** Somebody wants its reading to wait. */
  paused: z.boolean().optional(),
});
export type BegunReading = NonNullable<TableSnapshot['reading']>;
export type TableSnapshot = z.infer<typeof tableSnapshotSchema>;

/** How a publication has a table: another text where it was taken out and put back, or has other rows, columns or operations. */
export const publishedTableSchema = z.object({
  table: capturedTableSchema,
  identity: z.string(),
  /** How it is stored: what is done to it without a word in the WAL shows here. Left out before that was noted. */
  stored: z
    .object({
      /** Of a table with partitions each leaf: `oid.attached.file`, where `attached` stands for its place in the tree. */
      leaves: z.array(z.string()).nullable(),
      /** Of a table without partitions: the file of its rows, which is another one after a TRUNCATE or a rewrite. */
      file: z.string().nullable(),
      /** What tells its rows apart: the kind of its replica identity, and the numbers of the columns of its key. */
      key: z.string(),
      /** Each column: `number.digest.version`, of its name and type, and of its row in the catalogue; with `+` where rows from before have a value. */
      columns: z.array(z.string()),
    })
    .optional(),
});
export type PublishedIdentity = z.infer<typeof publishedTableSchema>;

/** Who writes. */
export const captureWriterSchema = z.object({
  pid: z.number(),
  host: z.string(),
  processStartedAt: instantSchema,
  since: instantSchema,
});
export type CaptureWriter = z.infer<typeof captureWriterSchema>;

/** The point that a capture goes on from; replaced on condition, so that of two writers one finds out. */
export const captureCheckpointSchema = z.object({
  /** 1: of programs whose entries have no epoch in their keys. */
  version: z.literal([1, 2]),
  job: z.string(),
  slot: z.string(),
  publication: z.string(),
  database: z.string(),
  /** Of the cluster, so that a slot of the same name elsewhere is not taken for this one. */
  systemIdentifier: z.string(),
  timeline: z.number(),
  format: z.enum(CAPTURE_FORMATS),
  compression: z.enum(COMPRESSIONS),
  epoch: z.number(),
  /** Null after an end in good order. */
  writer: captureWriterSchema.nullable(),
  /** False where the endpoint takes writes whatever their condition: then nothing keeps two writers apart. */
  fenced: z.boolean(),
  /** The last entry of the log that is counted in; 0 before the first. */
  sequence: z.number(),
  /** All transactions that ended up to here are in the log. Never below what the slot was told. */
  durableLsn: z.string(),
  /** When the last of them was committed; null before there was one. */
  durableCommitAt: z.string().nullable(),
  tables: z.array(tableSnapshotSchema),
  /** The template of the keys of its objects; left out before that was noted. */
  keyTemplate: z.string().optional(),
  /** The highest number of an object of a snapshot at the last position of snapshots; left out before that was noted. */
  snapshotParts: z.object({ lsn: z.string(), part: z.number() }).optional(),
  /** How the tables were published when the stream was begun last; left out before that was noted. */
  published: z.array(publishedTableSchema).optional(),
  /** Keys that may have been begun, and that no entry names: removed or written again at the next start. */
  pending: z.array(z.string()),
  /** Changes with each write, so that a reply that was lost can be told from a conflict. */
  writeId: z.string(),
  updatedAt: instantSchema,
});
export type CaptureCheckpoint = z.infer<typeof captureCheckpointSchema>;

/** Digits of the number of an entry in its key: entries sort by name as they do by number. */
const SEQUENCE_DIGITS = 16;
const EPOCH_DIGITS = 8;

/** The folder of a job below the prefix of the destination. */
export function captureFolder(prefix: string, job: string): string {
  return prefix === '' ? `_sluice/${job}` : `${prefix}/_sluice/${job}`;
}

export function checkpointKey(prefix: string, job: string): string {
  return `${captureFolder(prefix, job)}/checkpoint.json`;
}

/**
 * Where the log of a job lies. An entry is `<number>-<epoch>.json`; of several with one number, that of the highest epoch
 * counts: a writer that was followed by another can be late, and where conditions are ignored its entry gets there.
 */
export function logFolder(prefix: string, job: string): string {
  return `${captureFolder(prefix, job)}/log`;
}

/** @param epoch 0: as programs wrote it that left it out */
export function logKey(prefix: string, job: string, sequence: number, epoch: number): string {
  const suffix = epoch === 0 ? '' : `-${String(epoch).padStart(EPOCH_DIGITS, '0')}`;
  return `${logFolder(prefix, job)}/${String(sequence).padStart(SEQUENCE_DIGITS, '0')}${suffix}.json`;
}

/** What all keys of entries up to this number sort before, and all others behind. */
export function logKeysAfter(prefix: string, job: string, sequence: number): string {
  return `${logFolder(prefix, job)}/${String(sequence).padStart(SEQUENCE_DIGITS, '0')}~`;
}

/** Which entry a key is of; undefined for no key of an entry. Epoch 0: of programs that left it out. */
export function logPlace(
  prefix: string,
  job: string,
  key: string,
): { readonly sequence: number; readonly epoch: number } | undefined {
  const folder = `${logFolder(prefix, job)}/`;
  const [, sequence, epoch = '0'] =
    /^(\d{16})(?:-(\d{8,15}))?\.json$/.exec(key.startsWith(folder) ? key.slice(folder.length) : '') ?? [];
  return sequence === undefined ? undefined : { sequence: Number(sequence), epoch: Number(epoch) };
}

/** Says, where conditions are ignored, that a writer of this epoch has begun. */
export function epochKey(prefix: string, job: string, epoch: number): string {
  return `${epochFolder(prefix, job)}/${String(epoch).padStart(EPOCH_DIGITS, '0')}.json`;
}

export function epochFolder(prefix: string, job: string): string {
  return `${captureFolder(prefix, job)}/epoch`;
}

export function schemaFolder(prefix: string, job: string): string {
  return `${captureFolder(prefix, job)}/schema`;
}

export function schemaKey(prefix: string, job: string, table: CapturedTable, digest: string): string {
  const name = `${safeSegment(table.schema)}.${safeSegment(table.name)}-${digest}`;
  return `${schemaFolder(prefix, job)}/${name}.json`;
}
