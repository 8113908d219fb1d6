import type { Relation } from '../../../electron/contract/relation.ts';

/** Tables that a publication takes: views have no WAL, and a partition comes with its root. */
export function capturable(relations: readonly Relation[]): readonly Relation[] {
  return relations.filter(
    ({ kind, partitionOf }) => (kind === 'table' || kind === 'partitioned') && partitionOf === null,
  );
}

/** Those whose name has what is searched, whatever the case. */
export function matching(relations: readonly Relation[], search: string): readonly Relation[] {
  const wanted = search.trim().toLowerCase();
  return relations.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(wanted));
}
