import { z } from 'zod';
import { destinationRefSchema } from './extract-spec.ts';
import { requiredLineSchema } from './fields.ts';
import { runIdSchema } from './run.ts';

/** Which manifest is to be proved: its key at the destination, the prefix included. */
export const verificationInputSchema = z.strictObject({
  destination: destinationRefSchema,
  manifestKey: requiredLineSchema(1024),
});

/** What reading every object of a manifest again has shown. */
export const verificationSchema = z.object({
  runId: runIdSchema,
  /** True when every object is as the manifest says. */
  proved: z.boolean(),
  rows: z.number(),
  bytes: z.number(),
  objects: z.array(
    z.object({
      key: z.string(),
      rows: z.number(),
      bytes: z.number(),
      /** What is wrong with the object, as a sentence; null where nothing is. */
      problem: z.string().nullable(),
    }),
  ),
});
export type Verification = z.infer<typeof verificationSchema>;
