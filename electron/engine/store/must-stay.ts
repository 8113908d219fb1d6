import { z } from 'zod';
import { isActive, type RunState } from '../../contract/run.ts';
import type { StoredRun } from '../ports.ts';

/**
 * True for a run that the history may not forget, however old it is: nobody else knows what it has left at its
 * destination, and it could not be gone on with any more. Pure.
 */
export function mustStay({ run: { state }, openUploads, writtenKeys }: StoredRun): boolean {
  const resumable = state.tag === 'failed' && state.resumable !== undefined;
  return isActive(state) || resumable || openUploads.length > 0 || writtenKeys.length > 0;
}

/**
 * True for the text of a run's file that certainly has one that has ended and left nothing. Looks at no more than that: a
 * command that begins with a thousand runs in its history would take a second to parse them by their schema. Pure.
 */
export function isSettledText(text: string): boolean {
  try {
    return settledSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

const settledSchema = z.looseObject({
  run: z.looseObject({
    state: z.looseObject({
      tag: z.enum(['succeeded', 'failed', 'cancelled'] satisfies RunState['tag'][]),
      resumable: z.undefined().optional(),
    }),
  }),
  openUploads: z.array(z.unknown()).length(0),
  writtenKeys: z.array(z.unknown()).length(0),
});
