import { z } from 'zod';
import { relationRefSchema } from './relation.ts';

/** Rows that one request can ask for: bounds the memory of a page. */
export const PREVIEW_PAGE_LIMIT = 1_000;

/** Characters of one value that a page carries; the side panel asks for the whole value with `preview.value`. */
export const PREVIEW_VALUE_LIMIT = 2_000;

export const previewColumnSchema = z.object({ name: z.string(), type: z.string() });
export type PreviewColumn = z.infer<typeof previewColumnSchema>;

/** One value as Postgres writes it; null is SQL NULL, which is not the empty string. */
export const previewCellSchema = z.union([
  z.string(),
  z.null(),
  /**
   * A value that is not here as it is: cut, where `length`, which counts its characters, says so; `escaped` where some of
   * its bytes are no text, and stand here as `\\xe9`.
   */
  z.object({ cut: z.string(), length: z.number(), escaped: z.literal(true).optional() }),
]);
export type PreviewCell = z.infer<typeof previewCellSchema>;

export const previewOpenInputSchema = z.object({
  connectionId: z.uuid(),
  /** Without a schema it is looked up along the search_path, as psql does. */
  relation: relationRefSchema.partial({ schema: true }),
});
export type PreviewOpenInput = z.infer<typeof previewOpenInputSchema>;

export const previewOpenedSchema = z.object({
  previewId: z.uuid(),
  columns: z.array(previewColumnSchema),
  /** Columns that this user may not read, which therefore are not shown. */
  hidden: z.array(z.string()),
  /** Milliseconds without a request after which the cursor and its transaction are closed. */
  idleLimitMs: z.number(),
});
export type PreviewOpened = z.infer<typeof previewOpenedSchema>;

export const previewPageInputSchema = z.object({
  previewId: z.uuid(),
  /** Index of the first row, from 0. */
  from: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  count: z.int().min(1).max(PREVIEW_PAGE_LIMIT),
});

export const previewPageSchema = z.object({
  from: z.number(),
  rows: z.array(z.array(previewCellSchema)),
  /** True when the last row of the relation is on this page, or before it. */
  end: z.boolean(),
  /**
   * True when the cursor had been closed (idle limit) and was opened again for this page: it reads a newer
   * snapshot, so rows can have moved against pages that were read before.
   */
  reopened: z.boolean(),
});
export type PreviewPage = z.infer<typeof previewPageSchema>;

export const previewValueInputSchema = z.object({
  previewId: z.uuid(),
  row: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  column: z.int().min(0).max(2_000),
});
