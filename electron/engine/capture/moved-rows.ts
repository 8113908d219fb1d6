/**
 * An update that gives a row another key, as Debezium has it: a delete of the old key and an insert of the new one. What reads
 * Debezium keeps rows by their keys, and would keep the old one for ever.
 * https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-primary-key-updates
 */
import { FIELD_UNCHANGED, type Tuple } from '../decode/pgoutput/tuple.ts';
import type { Change } from './change.ts';

/** The two changes; undefined for any other change. */
export function movedRow(change: Change): readonly [Change, Change] | undefined {
  const { operation, old, before, after } = change;
  if (operation !== 'update' || old !== 'key' || before === undefined || after === undefined)
    return undefined;
  if (!isMoved(change, before, after)) return undefined;
  return [
    { ...change, operation: 'delete', after: undefined, movedFrom: before },
    { ...change, operation: 'insert', old: 'none', before: undefined, movedFrom: before },
  ];
}

/** False where a part of the new key is not in the WAL again: an insert without it would be of no row. */
function isMoved({ shape }: Change, before: Tuple, after: Tuple): boolean {
  let differs = false;
  for (const [field, { key }] of shape.file.columns.entries()) {
    if (!key) continue;
    if (after.code(field) === FIELD_UNCHANGED) return false;
    differs ||= after.code(field) !== before.code(field) || !after.bytes(field).equals(before.bytes(field));
  }
  return differs;
}
