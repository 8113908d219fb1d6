/** The form of a run on disk: `runs/<id>.json`. */
import { z } from 'zod';
import { instantSchema } from '../../contract/fields.ts';
import { manifestSchema } from '../../contract/manifest.ts';
import { runLogLineSchema, runSchema } from '../../contract/run.ts';
import type { StoredRun } from '../ports.ts';

export const STORED_RUN_VERSION = 1;

const fileSchema = z.object({
  version: z.literal(STORED_RUN_VERSION),
  run: runSchema,
  log: z.array(runLogLineSchema),
  manifest: manifestSchema.nullable(),
  openUploads: z.array(z.object({ key: z.string(), uploadId: z.string() })),
  writtenKeys: z.array(z.string()),
  owner: z.object({ pid: z.int(), host: z.string(), startedAt: instantSchema }),
});

/** What {@link storedRunText} writes, parsed. */
export const storedRunSchema = fileSchema.transform(({ version: _version, ...stored }): StoredRun => stored);

/** The text of the file of a run. */
export function storedRunText(stored: StoredRun): string {
  const content: z.input<typeof fileSchema> = {
    version: STORED_RUN_VERSION,
    run: stored.run,
    log: [...stored.log],
    manifest: stored.manifest,
    openUploads: [...stored.openUploads],
    writtenKeys: [...stored.writtenKeys],
    owner: stored.owner,
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}
