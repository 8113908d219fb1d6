/** The watch over slots that goes on while no screen looks: who wants it, what it finds, and when it speaks up. */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import { idSchema, instantSchema } from './fields.ts';
import { WAL_LEVELS } from './wal.ts';

/** Slots that one verdict names: the rest is on the screen. */
export const NAMED_SLOTS_LIMIT = 20;

/** What is wanted for a saved connection; one that has none is looked at by the screen alone. */
export const walWatchSchema = z.strictObject({
  /** Bytes that the disk of the WAL can still take, as the user knows it. */
  diskLimitBytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Writes a message to the WAL now and then, so that consumers of idle tables can move on. */
  heartbeat: z.boolean(),
});
export type WalWatch = z.infer<typeof walWatchSchema>;

/** A slot of Sluice that holds more WAL than any other of its server does: nobody reads it while Sluice is away. */
export const ownSlotSchema = z.object({
  name: z.string(),
  retainedBytes: z.number(),
  /** Whether it is read at the moment. */
  active: z.boolean(),
});
export type OwnSlot = z.infer<typeof ownSlotSchema>;

/** What the last look at the slots of a connection has found. */
export const walVerdictSchema = z.object({
  connectionId: idSchema,
  at: instantSchema,
  level: z.enum(WAL_LEVELS),
  /** The slots that are not well, the worst first. */
  troubled: z.array(z.object({ slot: z.string(), level: z.enum(WAL_LEVELS), text: z.string() })),
  /** Slots of the level, named or not. */
  count: z.number(),
  own: z.array(ownSlotSchema),
  /** Why a later look has failed; null where it has not. What was found before still stands. */
  error: wireErrorSchema.nullable(),
});
export type WalVerdict = z.infer<typeof walVerdictSchema>;

/** Something that the person should hear although no screen shows it. */
export const walNoticeSchema = z.object({
  connectionId: idSchema,
  level: z.enum(WAL_LEVELS),
  title: z.string(),
  body: z.string(),
});
export type WalNotice = z.infer<typeof walNoticeSchema>;

export const walWatchInputSchema = z.strictObject({
  connectionId: idSchema,
  /** Null ends the watch. */
  watch: walWatchSchema.nullable(),
});

export const walWatchesSchema = z.object({
  watches: z.array(z.object({ connectionId: idSchema, watch: walWatchSchema })),
  /** What is known of connections, watched or looked at. */
  verdicts: z.array(walVerdictSchema),
});
