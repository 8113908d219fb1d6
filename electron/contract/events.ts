/** What the engine tells whoever listens, without being asked. */
import { z } from 'zod';
import { captureNewsSchema } from './capture-calls.ts';
import { captureStatusSchema } from './capture-status.ts';
import { runIdSchema, runLogLineSchema, runProgressSchema, runSchema } from './run.ts';
import { walNoticeSchema, walVerdictSchema } from './wal-watch.ts';

export const engineEventSchema = z.discriminatedUnion('type', [
  /** A run was made or has changed its state. */
  z.object({ type: z.literal('run'), run: runSchema }),
  /** How far a run is; the hub keeps only the latest of each run while a listener is slow. */
  z.object({ type: z.literal('progress'), runId: runIdSchema, progress: runProgressSchema }),
  z.object({ type: z.literal('log'), runId: runIdSchema, line: runLogLineSchema }),
  /** How a capture is; the hub keeps only the latest of each job while a listener is slow. */
  z.object({ type: z.literal('capture'), status: captureStatusSchema }),
  /** Something that a capture has done, in the order in which it happened. */
  z.object({ type: z.literal('captureNews'), name: z.string(), news: captureNewsSchema }),
  /** A saved job was removed. */
  z.object({ type: z.literal('captureRemoved'), name: z.string() }),
  /** A profile was saved, removed or brought back, by this process or by another. */
  z.object({ type: z.literal('profiles') }),
  /** The saved jobs, their timers, or how far they are. */
  z.object({ type: z.literal('savedJobs') }),
  /** What a look at the slots of a connection has found; of those that wait for a slow listener, the latest stays. */
  z.object({ type: z.literal('wal'), verdict: walVerdictSchema }),
  /** The guardian has to say something, whatever the windows show. */
  z.object({ type: z.literal('walNotice'), notice: walNoticeSchema }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;
/** Those that are about one run. */
export type RunEvent = Extract<EngineEvent, { readonly type: 'run' | 'progress' | 'log' }>;
