/** What is read: a table with its columns, masks and conditions, or a query. */
import { z } from 'zod';
import { identifierSchema } from './fields.ts';
import { columnMaskSchema } from './mask.ts';

/** Which rows. Without a schema, the table is looked up along the search_path, as psql does. */
export const selectionSchema = z.union([
  z.strictObject({
    table: z.strictObject({ schema: identifierSchema.optional(), name: identifierSchema }),
    /** In this order; all columns of the table where left out. */
    columns: z.array(identifierSchema).min(1, 'must name at least one column').max(1_600).optional(),
    /**
     * A condition in SQL, as it would stand after WHERE. The server runs it in a READ ONLY transaction. It sees the
     * clear values of columns that are masked.
     */
    where: z.string().trim().min(1, 'must not be empty').max(100_000).optional(),
    masks: z
      .array(columnMaskSchema)
      .max(1_600)
      .refine((masks) => new Set(masks.map(({ column }) => column)).size === masks.length, {
        message: 'must name a column once',
      })
      .optional(),
  }),
  z.strictObject({ query: z.string().trim().min(1, 'must not be empty').max(1_000_000) }),
]);
export type Selection = z.infer<typeof selectionSchema>;
