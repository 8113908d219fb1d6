/** How an incremental job finds the rows that are new: its watermark column, and what is done about late commits. */
import { z } from 'zod';
import { identifierSchema } from './fields.ts';

/**
 * `exact`: rows whose transaction the last run did not see. `lookback`: rows from a window before the watermark on.
 * `cap`: rows above the watermark and below the start of the oldest running transaction. `greater`: rows above the
 * watermark.
 */
export const WATERMARK_MODES = ['exact', 'lookback', 'cap', 'greater'] as const;
export type WatermarkMode = (typeof WATERMARK_MODES)[number];

/** One sentence for each mode, for screens and help texts. */
export const MODE_SENTENCES: Readonly<Record<WatermarkMode, string>> = {
  exact:
    'Takes the rows whose transaction the last run did not see, however late it commits: nothing is skipped, nothing comes twice.',
  lookback:
    'Reads a window before the watermark again: rows in it come twice, rows that commit later than the window are lost.',
  cap: 'Stops short of the oldest running transaction: nothing comes twice, and rows wait for as long as it runs.',
  greater: 'Takes rows above the watermark: rows that commit late with a lower value are lost.',
};

/** What a watermark column can be. `local`: a timestamp without a time zone, of which nobody knows whose. */
export const WATERMARK_KINDS = ['instant', 'local', 'date', 'integer', 'numeric', 'uuid', 'text'] as const;
export type WatermarkKind = (typeof WATERMARK_KINDS)[number];

/** True where values are times, from which an amount of time can be taken. */
export function isTimed(kind: WatermarkKind): boolean {
  return kind === 'instant' || kind === 'local' || kind === 'date';
}

/** `15 minutes`, `2h`, `1 day`, or a plain number for columns of numbers. */
const AMOUNT = /^(\d{1,15}(?:\.\d{1,6})?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)?$/i;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A distance on the watermark's scale. */
export type WatermarkAmount =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'number'; readonly digits: string };

/** @throws RangeError for a text that {@link watermarkSpecSchema} would refuse */
export function parseAmount(text: string): WatermarkAmount {
  const [, digits, unit] = AMOUNT.exec(text.trim()) ?? [];
  if (digits === undefined) throw new RangeError(`"${text}" is no amount`);
  if (unit === undefined) return { kind: 'number', digits };
  return { kind: 'time', ms: Math.round(Number(digits) * (UNIT_MS[unit.charAt(0).toLowerCase()] ?? 0)) };
}

const amountSchema = z
  .string()
  .trim()
  .regex(AMOUNT, 'must be a time such as "15 minutes" or "2h", or a number for a column of numbers');

/** The margin that lifts the bound: the whole relation is looked through. */
export const UNBOUNDED = 'unbounded';

export const watermarkSpecSchema = z.strictObject({
  column: identifierSchema,
  mode: z.enum(WATERMARK_MODES).default('exact'),
  /** The window of `lookback`, and of runs that have to fall back to one; an hour where left out. */
  lookback: amountSchema.optional(),
  /**
   * How much older than the start of its transaction a row's watermark may be. Bounds the scan of `exact`, and keeps
   * the distance of `cap`; an hour where left out.
   */
  margin: z.union([z.literal(UNBOUNDED), amountSchema]).optional(),
  /** Rows without a watermark: exact mode takes them whenever they are new, the others in the first pass only. */
  nulls: z.enum(['include', 'skip']).default('include'),
  /** A backfill: all rows from `from` on and below `to`, whenever they were written. The position stays where it is. */
  range: z
    .strictObject({
      from: z.string().min(1).max(1_000).optional(),
      to: z.string().min(1).max(1_000).optional(),
    })
    .optional(),
});
export type WatermarkSpec = z.infer<typeof watermarkSpecSchema>;

/** Names that would meet other things under `_sluice/`. */
const RESERVED_JOBS: ReadonlySet<string> = new Set(['runs', 'capture', 'schemas', 'logs']);

/** True for names that can be a folder under `_sluice/`, on S3 and on every file system. */
export function isJobName(name: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name) &&
    !/[. ]$/.test(name) &&
    !RESERVED_JOBS.has(name.toLowerCase())
  );
}

/** The name of a job that was given none: that of its table. */
export function jobNameOf(table: { readonly schema?: string | undefined; readonly name: string }): string {
  const full = table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
  const clean = full.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').replaceAll(/^[^\p{L}\p{N}]+|[. ]+$/gu, '');
  return isJobName(clean) ? clean : `job-${clean}`;
}
