/** How much a run may ask of the server that it reads from, and of the line between. */
import { z } from 'zod';

/** Slowest and fastest bandwidth that can be asked for, in bytes a second. */
export const BANDWIDTH_MIN = 1_024;
export const BANDWIDTH_MAX = 1e12;

/** Postgres keeps its timeouts in a signed integer of 32 bits. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

const timeoutSchema = z
  .int()
  .min(0, 'must not be negative')
  .max(TIMEOUT_MAX_MS, `must be at most ${TIMEOUT_MAX_MS}`);

export const politenessSchema = z.strictObject({
  /** Bytes a second that are read from Postgres, by all workers together. What is written follows from it. */
  bandwidth: z
    .int()
    .min(BANDWIDTH_MIN, `must be at least ${BANDWIDTH_MIN} bytes a second`)
    .max(BANDWIDTH_MAX)
    .optional(),
  /** One connection reads, and the server uses no parallel workers for it. */
  lowPriority: z.boolean().optional(),
  /** `statement_timeout` of the run's sessions; 0 is none. Left out, the role's own holds. */
  statementTimeoutMs: timeoutSchema.optional(),
  /** `lock_timeout` of the run's sessions; 0 is none. Left out, ten seconds. */
  lockTimeoutMs: timeoutSchema.optional(),
});
export type Politeness = z.infer<typeof politenessSchema>;
