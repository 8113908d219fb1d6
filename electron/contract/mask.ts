/** What stands in a file in place of a column's values. The database applies it, so that clear values never leave it. */
import { z } from 'zod';
import { identifierSchema } from './fields.ts';

/** The parts of a date that {@link maskSchema}'s `truncateDate` can keep. */
export const DATE_PARTS = ['year', 'month', 'day'] as const;

/** NULL stays NULL under every mask but `constant`, which says the same in every row. */
export const maskSchema = z.discriminatedUnion('kind', [
  /** NULL, of the column's type. */
  z.strictObject({ kind: z.literal('null') }),
  /**
   * One text, which the server converts to the column's type. A manifest leaves the text out: whoever runs a job that
   * was taken from there has to put it in.
   */
  z.strictObject({
    kind: z.literal('constant'),
    text: z
      .string()
      .max(10_000, 'must be at most 10,000 characters')
      // oxlint-disable-next-line no-control-regex -- Postgres has no zero byte in a text
      .regex(/^[^\u0000]*$/, 'must not contain a zero byte')
      .optional(),
  }),
  /** SHA-256 of a salt and the value as text, in 64 hexadecimal digits. The salt is not a part of the job. */
  z.strictObject({ kind: z.literal('sha256') }),
  /** The last characters; each one before them becomes `*`. Of values that are not longer, nothing is kept. */
  z.strictObject({
    kind: z.literal('keepLast'),
    count: z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100'),
  }),
  /** The first moment of the year, month or day, in UTC where the column has a zone. */
  z.strictObject({ kind: z.literal('truncateDate'), to: z.enum(DATE_PARTS) }),
]);
export type Mask = z.infer<typeof maskSchema>;

export const columnMaskSchema = z.strictObject({ column: identifierSchema, mask: maskSchema });
export type ColumnMask = z.infer<typeof columnMaskSchema>;

/** Masks as a manifest shows them: what they are, without what they put in. */
export function withoutConstants(masks: readonly ColumnMask[]): ColumnMask[] {
  return masks.map(({ column, mask }) => ({
    column,
    mask: mask.kind === 'constant' ? { kind: 'constant' } : mask,
  }));
}
