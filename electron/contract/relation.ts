import { z } from 'zod';
import { identifierSchema } from './fields.ts';
import { WATERMARK_KINDS } from './watermark-spec.ts';

/** The kinds of relation that have rows to look at. */
export const RELATION_KINDS = ['table', 'partitioned', 'view', 'materialized', 'foreign'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];

/** Names one relation, exactly as Postgres stores the names. */
export const relationRefSchema = z.object({ schema: identifierSchema, name: identifierSchema });
export type RelationRef = z.infer<typeof relationRefSchema>;

/** One line of the list of relations. Rows and size are the planner's estimates; null where there is none. */
export const relationSchema = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(RELATION_KINDS),
  estimatedRows: z.number().nullable(),
  /** Size on disk in bytes, of all partitions together for a partitioned table. */
  bytes: z.number().nullable(),
  /** False where the user has no SELECT on the relation, or where its name has bytes that are no text (`caf\\xe9`). */
  readable: z.boolean(),
  /** The parent, where this is a partition. */
  partitionOf: z.string().nullable(),
  comment: z.string().nullable(),
});
export type Relation = z.infer<typeof relationSchema>;

/** One column, in the relation's own order. */
export const columnSchema = z.object({
  name: z.string(),
  /** As `format_type` writes it: `character varying(30)`. */
  type: z.string(),
  nullable: z.boolean(),
  /** Position in the primary key from 1; null where it is not part of it. */
  keyPosition: z.number().nullable(),
  default: z.string().nullable(),
  generated: z.boolean(),
  comment: z.string().nullable(),
  /** False where the user has no SELECT on it. */
  readable: z.boolean(),
  /** True where an index can find rows by a range of this column. */
  indexed: z.boolean(),
  /** What it would be as a watermark; null where its type has no order that grows. */
  watermark: z.enum(WATERMARK_KINDS).nullable(),
});
export type Column = z.infer<typeof columnSchema>;
