/** What becomes of each column, told before a row is read: the type that it has in the file, and what it could lose. */
import { z } from 'zod';
import { extractSpecSchema } from './extract-spec.ts';

export const typeNoteSchema = z.object({
  /** `lossy`: such a value comes out as another one, or as NULL. `note`: all of it is there, in a form worth knowing. */
  severity: z.enum(['note', 'lossy']),
  text: z.string(),
  /** Rows with such a value; null where it was not counted, or speaks of the column and not of values. */
  count: z.number().nullable(),
});
export type TypeNote = z.infer<typeof typeNoteSchema>;

export const columnReportSchema = z.object({
  name: z.string(),
  /** As Postgres names it, after the mask where there is one. */
  type: z.string(),
  /** What it becomes: `DECIMAL(12,2)`, `TIMESTAMP (UTC)`, `text`. */
  target: z.string(),
  notes: z.array(typeNoteSchema),
});
export type ColumnReport = z.infer<typeof columnReportSchema>;

export const refusalSchema = z.object({
  /** Null where it is not about one column. */
  column: z.string().nullable(),
  /** A sentence. */
  reason: z.string(),
  /** `start`: before a row is read. `value`: at the first such value. */
  when: z.enum(['start', 'value']),
  /** True where `acceptLossy` lets the run go on. */
  acceptable: z.boolean(),
});
export type Refusal = z.infer<typeof refusalSchema>;

export const typeReportSchema = z.object({
  /** Null for a query. */
  relation: z.object({ schema: z.string(), name: z.string() }).nullable(),
  columns: z.array(columnReportSchema),
  estimatedRows: z.number().nullable(),
  /** Connections that would read side by side. */
  workers: z.number().nullable(),
  warnings: z.array(z.string()),
  /** What would end the run, given the job as it is; a refusal at a value is listed once such values have been counted. */
  refusals: z.array(refusalSchema),
  /** True where the notes have counts. */
  counted: z.boolean(),
});
export type TypeReport = z.infer<typeof typeReportSchema>;

export const typeReportInputSchema = z.strictObject({
  spec: extractSpecSchema,
  /** Reads all rows once, on the server, and counts the values that the notes speak of. */
  count: z.boolean().default(false),
});
