/**
 * Building blocks that several schemas share. Every text has an upper length, so that a malformed or hostile
 * caller cannot make the engine hold megabytes of it.
 */
import { z } from 'zod';

/** An identifier that the store gave out (UUID). */
export const idSchema = z.uuid();

/** A name that a person chose; shown in lists, so it is trimmed and short. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters');

/** A line of text without control characters, such as a host name or a bucket. */
export const lineSchema = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `must be at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters');

/** Like {@link lineSchema}, and not empty. */
export const requiredLineSchema = (max: number) => lineSchema(max).min(1, 'must not be empty');

/** A Postgres identifier as Postgres stores it (not quoted): 63 bytes in a default build, more in others. */
export const identifierSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must be at most 255 characters')
  // oxlint-disable-next-line no-control-regex -- Postgres forbids only NUL
  .regex(/^[^\u0000]*$/, 'must not contain a zero byte');

/** A point in time, ISO 8601 in UTC. */
export const instantSchema = z.iso.datetime();

/** What a caller says about a secret: it goes in and never comes back, so "unchanged" needs a word of its own. */
export const secretInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('keep') }),
  z.object({ kind: z.literal('clear') }),
  z.object({ kind: z.literal('set'), value: z.string().min(1, 'must not be empty').max(4096) }),
]);
export type SecretInput = z.infer<typeof secretInputSchema>;
