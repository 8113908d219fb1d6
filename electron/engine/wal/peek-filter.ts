import type { PeekFilter, PeekValue } from '../../contract/peek.ts';
import { readTableName } from '../../contract/table-name.ts';
import type { FoundChange } from './peek-event.ts';

/** Whether a change is one that was asked for. Where no column is known to be of the key, all values are looked at. */
export function matchesFilter(change: FoundChange, filter: PeekFilter | undefined): boolean {
  if (filter === undefined) return true;
  const { table, operations, key } = filter;
  if (operations !== undefined && !operations.includes(change.operation)) return false;
  if (table !== undefined && !isTable(change.relation, table)) return false;
  if (key === undefined) return true;
  const keys = change.columns.filter((column) => column.key);
  return (keys.length > 0 ? keys : change.columns).some(
    ({ before, after }) => textOf(after).includes(key) || textOf(before).includes(key),
  );
}

function isTable(relation: FoundChange['relation'], table: string): boolean {
  if (relation === null) return false;
  const wanted = readTableName(table);
  return relation.name === wanted?.name && (wanted.schema ?? relation.schema) === relation.schema;
}

function textOf(value: PeekValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'cut' in value ? value.cut : '';
}
