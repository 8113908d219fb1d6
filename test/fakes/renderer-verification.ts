/** What verifying a run shows, for the renderer's fake engine: of several objects, the second one is damaged. */
import type { SucceededState } from '../../electron/contract/run.ts';
import type { Verification } from '../../electron/contract/verification.ts';

export function verificationOf(runId: string, { objects }: SucceededState): Verification {
  const read = objects.map(({ key, rows, bytes }, index) =>
    index === 1
      ? { key, rows: 0, bytes: bytes - 7, problem: `It has ${bytes - 7} bytes instead of ${bytes}.` }
      : { key, rows, bytes, problem: null },
  );
  return {
    runId,
    proved: read.every(({ problem }) => problem === null),
    rows: read.reduce((sum, { rows }) => sum + rows, 0),
    bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
    objects: read,
  };
}
