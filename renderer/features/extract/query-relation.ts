import type { Relation } from '../../../electron/contract/relation.ts';

/** Stands for a query where the dialog speaks of a relation: its keys have these names. */
export const QUERY_RELATION: Relation = {
  schema: 'query',
  name: 'query',
  kind: 'view',
  estimatedRows: null,
  bytes: null,
  readable: true,
  partitionOf: null,
  comment: null,
};
