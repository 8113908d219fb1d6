/** A look at the changes in the WAL that moves no slot. */
import { z } from 'zod';
import { idSchema, identifierSchema } from './fields.ts';
import { readTableName } from './table-name.ts';

/** Changes that one peek can show: it is for looking, not for copying a table. */
export const PEEK_CHANGES_LIMIT = 100_000;
/** Changes that one page carries. */
export const PEEK_PAGE_LIMIT = 500;
/** Characters of a value that a page carries, unless more are asked for. */
export const PEEK_VALUE_LIMIT = 2_000;
/** Milliseconds without a request after which a peek is closed: its slot holds WAL back as long as it is open. */
export const PEEK_IDLE_MS = 60_000;

export const PEEK_PLUGINS = ['pgoutput', 'test_decoding'] as const;
export type PeekPlugin = (typeof PEEK_PLUGINS)[number];

/** A position in the WAL as Postgres writes it. */
export const lsnSchema = z
  .string()
  .regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/, 'must look like 16/B374D848');

/** Where a peek ends, whichever comes first. */
export const peekLimitsSchema = z.strictObject({
  changes: z.int().min(1).max(PEEK_CHANGES_LIMIT).default(1_000),
  /** Bytes of changes received. */
  bytes: z
    .int()
    .min(1_024)
    .max(256 * 1024 * 1024)
    .default(16 * 1024 * 1024),
  seconds: z.int().min(1).max(3_600).default(30),
  /** No transaction that was committed after it. */
  uptoLsn: lsnSchema.optional(),
});
export type PeekLimits = z.infer<typeof peekLimitsSchema>;

export const PEEK_OPERATIONS = ['insert', 'update', 'delete', 'truncate', 'message'] as const;
export type PeekOperation = (typeof PEEK_OPERATIONS)[number];

/** Which changes are shown, and count towards the limit; the server has to decode the others all the same. */
export const peekFilterSchema = z.strictObject({
  /** `[schema.]name`, with double quotes around a part that has dots or quotes; without a schema the search_path decides. */
  table: z
    .string()
    .min(1)
    .max(1_100)
    .refine((text) => readTableName(text) !== undefined, 'must be [schema.]name, such as public."odd.name"')
    .optional(),
  operations: z.array(z.enum(PEEK_OPERATIONS)).min(1).optional(),
  /** Part of a value of the key. */
  key: z.string().min(1).max(1_000).optional(),
});
export type PeekFilter = z.infer<typeof peekFilterSchema>;

export const peekOpenInputSchema = z.strictObject({
  connectionId: idSchema,
  /** The slot whose pending changes are shown; null: what happens from now on. */
  slot: identifierSchema.nullable(),
  /** Left out: pgoutput where the database has a publication, test_decoding where it has none. */
  plugin: z.enum(PEEK_PLUGINS).optional(),
  /** For pgoutput; left out, all publications of the database. */
  publications: z.array(identifierSchema).min(1).max(100).optional(),
  filter: peekFilterSchema.optional(),
  limits: peekLimitsSchema.prefault({}),
  valueLimit: z.int().min(1).max(1_048_576).default(PEEK_VALUE_LIMIT),
});
export type PeekOpenInput = z.infer<typeof peekOpenInputSchema>;

export const peekOpenedSchema = z.object({
  peekId: idSchema,
  /** The database that is read: that of the slot, which need not be that of the connection. */
  database: z.string(),
  plugin: z.enum(PEEK_PLUGINS),
  publications: z.array(z.string()),
  /** Where the slot stands. */
  startLsn: z.string(),
  /** The end of the WAL now, where a peek of a slot ends; null for one that goes on. */
  endLsn: z.string().nullable(),
  /** Bytes of WAL that the server has to read for it, from restart_lsn. */
  walBytes: z.number(),
});
export type PeekOpened = z.infer<typeof peekOpenedSchema>;

/**
 * A value of a change. `unchanged`: a large value that the update did not touch, so the WAL does not have it.
 * `notCarried`: the old value is not in the WAL, because the replica identity of the table leaves it out.
 */
export const peekValueSchema = z.union([
  z.string(),
  z.null(),
  /** A long value, cut: `bytes` is the size of all of it. */
  z.object({ cut: z.string(), bytes: z.number() }),
  z.object({ absent: z.enum(['unchanged', 'notCarried']) }),
]);
export type PeekValue = z.infer<typeof peekValueSchema>;

export const peekColumnSchema = z.object({
  name: z.string(),
  type: z.string(),
  /** Part of the replica identity. */
  key: z.boolean(),
  /** Left out where there was no row before, or is none after. */
  before: peekValueSchema.optional(),
  after: peekValueSchema.optional(),
  /** `unknown` where one of the two is not in the WAL. */
  changed: z.enum(['yes', 'no', 'unknown']),
});
export type PeekColumn = z.infer<typeof peekColumnSchema>;

export const peekChangeSchema = z.object({
  /** From 0, in the order of the stream. */
  index: z.number(),
  xid: z.number(),
  lsn: z.string(),
  operation: z.enum(PEEK_OPERATIONS),
  /** Null for a message. */
  relation: z.object({ schema: z.string(), name: z.string() }).nullable(),
  /** What the replica identity is, where the plugin tells. */
  identity: z.enum(['default', 'index', 'full', 'nothing']).nullable(),
  columns: z.array(peekColumnSchema),
  /** The line of test_decoding, or the prefix of a message. */
  text: z.string().nullable(),
  bytes: z.number(),
});
export type PeekChange = z.infer<typeof peekChangeSchema>;

/** What is known of a transaction by now; a later one with the same xid takes its place. */
export const peekTransactionSchema = z.object({
  xid: z.number(),
  /** `open`: its end has not been read, or it has not ended. An aborted one is shown because its changes were. */
  state: z.enum(['open', 'committed', 'aborted', 'prepared']),
  commitLsn: z.string().nullable(),
  /** ISO 8601 with microseconds. */
  commitTime: z.string().nullable(),
  origin: z.string().nullable(),
  changes: z.number(),
  bytes: z.number(),
});
export type PeekTransaction = z.infer<typeof peekTransactionSchema>;

export const PEEK_ENDS = ['caughtUp', 'changes', 'bytes', 'seconds', 'lsn'] as const;
export type PeekEnd = (typeof PEEK_ENDS)[number];

export const peekNextInputSchema = z.strictObject({
  peekId: idSchema,
  /** Milliseconds to wait for something new before an empty page is given. */
  waitMs: z.int().min(0).max(5_000).default(1_000),
});

export const peekPageSchema = z.object({
  transactions: z.array(peekTransactionSchema),
  changes: z.array(peekChangeSchema),
  /** Indexes of changes that were shown before their savepoint was rolled back: they never happened. */
  withdrawn: z.array(z.number()),
  plugin: z.enum(PEEK_PLUGINS),
  /** What the reader should know and has not been told yet. */
  warnings: z.array(z.string()),
  progress: z.object({
    /** How far the server has read. */
    lsn: z.string(),
    changes: z.number(),
    bytes: z.number(),
    elapsedMs: z.number(),
  }),
  /** Which limit has ended the peek; null while it goes on. */
  end: z.enum(PEEK_ENDS).nullable(),
});
export type PeekPage = z.infer<typeof peekPageSchema>;

export const peekCloseInputSchema = z.strictObject({ peekId: idSchema });
