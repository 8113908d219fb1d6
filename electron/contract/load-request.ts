import { z } from 'zod';
import { destinationRefSchema } from './extract-spec.ts';
import { requiredLineSchema } from './fields.ts';
import { LOAD_TARGET_NAMES } from './load-target.ts';

/** For which manifest a script is made, by its key at the destination, the prefix included; and for which warehouse. */
export const loadScriptInputSchema = z.strictObject({
  destination: destinationRefSchema,
  manifestKey: requiredLineSchema(1024),
  target: z.enum(LOAD_TARGET_NAMES),
});

/** The script, and after it the files that it needs. */
export const loadScriptSchema = z.object({
  files: z.array(
    z.object({
      name: z.string(),
      text: z.string(),
      /** Where the file has to lie before the script runs; left out where the script is run from beside it. */
      uri: z.string().optional(),
    }),
  ),
});
