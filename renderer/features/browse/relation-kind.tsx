import { IconEye, IconLayersIntersect, IconStack2, IconTable, IconTableShare } from '@tabler/icons-react';
import type { RelationKind } from '../../../electron/contract/relation.ts';

const ICONS = {
  table: IconTable,
  partitioned: IconStack2,
  view: IconEye,
  materialized: IconLayersIntersect,
  foreign: IconTableShare,
};

/** What a kind of relation is called. */
export const KIND_NAMES: Readonly<Record<RelationKind, string>> = {
  table: 'table',
  partitioned: 'partitioned table',
  view: 'view',
  materialized: 'materialized view',
  foreign: 'foreign table',
};

export function KindIcon({ kind, size = 15 }: { readonly kind: RelationKind; readonly size?: number }) {
  const Icon = ICONS[kind];
  return <Icon size={size} stroke={1.7} aria-hidden="true" />;
}
