import type { CapturedTable } from '../../../electron/contract/capture-spec.ts';
import type { Relation } from '../../../electron/contract/relation.ts';
import { isSame } from './capture-form.ts';

/** Tables that a publication takes: views have no WAL, and a partition comes with its root. */
export function capturable(relations: readonly Relation[]): readonly Relation[] {
  return relations.filter(
    ({ kind, partitionOf }) => (kind === 'table' || kind === 'partitioned') && partitionOf === null,
  );
}

/** Tables that were chosen and that nobody can see any more: they are listed, so that they can be taken out. */
export function missingTables(
  chosen: readonly CapturedTable[],
  relations: readonly Relation[],
): readonly CapturedTable[] {
  return chosen.filter((table) => !relations.some((each) => isSame(each, table)));
}

/** Those whose name has what is searched, whatever the case. */
export function matching(relations: readonly Relation[], search: string): readonly Relation[] {
  const wanted = search.trim().toLowerCase();
  return relations.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(wanted));
}
