/** The state of the WAL: slots and what they hold back, as the views of the server show it, and what the guardian makes of it. */
import { z } from 'zod';
import { idSchema, identifierSchema, instantSchema } from './fields.ts';

/** How urgent something is: `watch` wants to be looked at, `danger` ends in a lost slot or a full disk. */
export const WAL_LEVELS = ['ok', 'watch', 'danger'] as const;
export type WalLevel = (typeof WAL_LEVELS)[number];

/** One thing that the guardian has to say about a slot. */
export const walFindingSchema = z.object({
  /** Stable, for monitoring. */
  code: z.enum([
    'lost',
    'unreserved',
    'nearLimit',
    'noLimit',
    'inactive',
    'idleConsumer',
    'restartStuck',
    'vacuumHeld',
    'noFailover',
  ]),
  level: z.enum(WAL_LEVELS),
  /** What is the matter, in a sentence. */
  text: z.string(),
  /** What can be done. */
  advice: z.string(),
  /** The statement that does it, to be copied; null where there is none. */
  sql: z.string().nullable(),
});
export type WalFinding = z.infer<typeof walFindingSchema>;

export const slotHealthSchema = z.object({
  /** The highest level of the findings. */
  level: z.enum(WAL_LEVELS),
  findings: z.array(walFindingSchema),
  /** Bytes a second by which the WAL that is held grows, measured; null until there are two samples. */
  growthBytesPerSecond: z.number().nullable(),
  /** The nearest limit, in bytes of WAL that the slot may hold; null where there is none. */
  limit: z.object({ bytes: z.number(), kind: z.enum(['max_slot_wal_keep_size', 'disk']) }).nullable(),
  /** Seconds until the limit at the measured growth; null where there is no limit or no growth. */
  secondsToLimit: z.number().nullable(),
});
export type SlotHealth = z.infer<typeof slotHealthSchema>;

/** A row of pg_replication_slots. What a server does not have yet is null. */
export const slotSchema = z.object({
  name: z.string(),
  type: z.enum(['logical', 'physical']),
  plugin: z.string().nullable(),
  database: z.string().nullable(),
  temporary: z.boolean(),
  active: z.boolean(),
  activePid: z.number().nullable(),
  /** application_name and address of the session that uses the slot; null where nobody does or they may not be seen. */
  activeBy: z.string().nullable(),
  restartLsn: z.string().nullable(),
  confirmedFlushLsn: z.string().nullable(),
  /** Bytes of WAL from restart_lsn to the current position: what may not be removed. */
  retainedBytes: z.number().nullable(),
  /** Bytes of WAL from confirmed_flush_lsn to the current position: what the consumer has not confirmed. */
  pendingBytes: z.number().nullable(),
  walStatus: z.string().nullable(),
  safeWalSize: z.number().nullable(),
  invalidationReason: z.string().nullable(),
  inactiveSince: z.string().nullable(),
  failover: z.boolean().nullable(),
  twoPhase: z.boolean().nullable(),
  /** Transactions since catalog_xmin: rows of the catalogue that died since then cannot be vacuumed. */
  catalogXminAge: z.number().nullable(),
});
export type Slot = z.infer<typeof slotSchema>;

/** A row of pg_stat_replication: a standby, or a consumer of a slot. */
export const walSenderSchema = z.object({
  pid: z.number(),
  name: z.string(),
  address: z.string().nullable(),
  state: z.string().nullable(),
  /** The slot that it uses; null for a standby without one. */
  slot: z.string().nullable(),
  syncState: z.string().nullable(),
  /** Bytes of WAL that it has not replayed yet. */
  lagBytes: z.number().nullable(),
});
export type WalSender = z.infer<typeof walSenderSchema>;

export const walServerSchema = z.object({
  version: z.string(),
  standby: z.boolean(),
  database: z.string(),
  walLevel: z.string(),
  currentLsn: z.string(),
  /** Null where slots may hold WAL without a limit. */
  maxSlotWalKeepBytes: z.number().nullable(),
  maxReplicationSlots: z.number(),
  maxWalSenders: z.number(),
  /** Sessions of pg_stat_replication. */
  usedWalSenders: z.number(),
  /** The open transaction that has written and began first: restart_lsn cannot pass it. */
  oldestWriter: z.object({ pid: z.number(), seconds: z.number() }).nullable(),
});
export type WalServer = z.infer<typeof walServerSchema>;

export const walStatusInputSchema = z.strictObject({
  connectionId: idSchema,
  /** Bytes that the disk of the WAL can still take, as the user knows it: Postgres does not say. */
  diskLimitBytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const walStatusSchema = z.object({
  at: instantSchema,
  server: walServerSchema,
  /** WAL written a second, between this sample and the one before; null for the first. */
  walBytesPerSecond: z.number().nullable(),
  /** The last minutes of it, oldest first. */
  rates: z.array(z.object({ at: instantSchema, bytesPerSecond: z.number() })),
  slots: z.array(slotSchema.extend({ health: slotHealthSchema })),
  senders: z.array(walSenderSchema),
  /** The highest level of all slots. */
  level: z.enum(WAL_LEVELS),
});
export type WalStatus = z.infer<typeof walStatusSchema>;
export type GuardedSlot = WalStatus['slots'][number];

/** What a replica identity lets the WAL carry of the old row. */
export const REPLICA_IDENTITIES = ['default', 'index', 'full', 'nothing'] as const;

export const walTableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  identity: z.enum(REPLICA_IDENTITIES),
  /** The columns that the identity carries; empty where an update or delete could not be told by its row. */
  keyColumns: z.array(z.string()),
  /** Once it is published, its updates and deletes fail: nothing tells the server which row they mean. */
  harmed: z.boolean(),
  /** It has a primary key that can be its identity. */
  keyed: z.boolean(),
  unlogged: z.boolean(),
  partitioned: z.boolean(),
  generatedColumns: z.array(z.string()),
  /** Names of the publications that carry the table. */
  publications: z.array(z.string()),
});
export type WalTable = z.infer<typeof walTableSchema>;

export const publicationSchema = z.object({
  name: z.string(),
  allTables: z.boolean(),
  /** Which of insert, update, delete, truncate. */
  operations: z.array(z.string()),
  viaRoot: z.boolean(),
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      /** Null: all columns. */
      columns: z.array(z.string()).nullable(),
      rowFilter: z.string().nullable(),
    }),
  ),
});
export type Publication = z.infer<typeof publicationSchema>;

export const walCatalogSchema = z.object({
  publications: z.array(publicationSchema),
  tables: z.array(walTableSchema),
});
export type WalCatalog = z.infer<typeof walCatalogSchema>;

/** A check of the list "can changes be captured from here?". */
export const walCheckSchema = z.object({
  code: z.string(),
  title: z.string(),
  outcome: z.enum(['pass', 'warn', 'fail']),
  text: z.string(),
  /** The SQL or the setting that mends it; null where nothing has to be. */
  remedy: z.string().nullable(),
});
export type WalCheck = z.infer<typeof walCheckSchema>;

export const dropSlotInputSchema = z.strictObject({
  connectionId: idSchema,
  slot: identifierSchema,
  /** The name once more, as the person who drops it has typed it. */
  confirm: z.string().max(255),
});
