/** Transactions as a server would send them, for what writes captures. */
import type { CaptureItem, Change, TableShape } from '../../../electron/engine/capture/change.ts';
import { PgoutputDecoder } from '../../../electron/engine/decode/pgoutput/decoder.ts';
import type { Tuple } from '../../../electron/engine/decode/pgoutput/tuple.ts';
import { PgoutputWriter, type TupleValue } from '../pgoutput-writer.ts';

export interface ScriptedColumn {
  readonly name: string;
  readonly typeId?: number;
  readonly typeModifier?: number;
  readonly key?: boolean;
}

export function makeShape(
  name: string,
  columns: readonly ScriptedColumn[],
  replicaIdentity: 'default' | 'nothing' | 'full' | 'index' = 'default',
): TableShape {
  const file = {
    version: 1 as const,
    table: { schema: 'public', name },
    replicaIdentity,
    columns: columns.map(({ name: column, typeId = 25, typeModifier = -1, key = false }) => ({
      name: column,
      type: 'text',
      typeId,
      typeModifier,
      key,
    })),
  };
  const digest = Buffer.from(JSON.stringify(file)).reduce((sum, byte) => (sum * 31 + byte) % 0xffffffff, 7);
  return { file, digest: digest.toString(16) };
}

/** A table with a key `id` of type integer and a text `v`. */
export const ORDERS = makeShape('Orders', [{ name: 'id', typeId: 23, key: true }, { name: 'v' }]);

export type ScriptedValue = string | null | { readonly unchanged: true };
export const UNCHANGED = { unchanged: true } as const;

export function tupleOf(values: readonly ScriptedValue[]): Tuple {
  const fields = values.map((value): TupleValue => {
    if (value === null) return null;
    return typeof value === 'string' ? { text: value } : 'unchanged';
  });
  const bytes = PgoutputWriter.message('I').int32(1).int8('N'.charCodeAt(0)).tuple(fields).bytes();
  const message = new PgoutputDecoder().decode(bytes);
  if (message.kind !== 'insert') throw new Error('the script is wrong');
  return message.after;
}

export type ScriptedChange = (lsn: bigint) => Change;

export function insert(shape: TableShape, ...values: ScriptedValue[]): ScriptedChange {
  const after = tupleOf(values);
  return (lsn) => ({
    kind: 'change',
    operation: 'insert',
    shape,
    lsn,
    old: 'none',
    before: undefined,
    after,
  });
}

export function update(
  shape: TableShape,
  values: readonly ScriptedValue[],
  old?: { readonly kind: 'key' | 'full'; readonly values: readonly ScriptedValue[] },
): ScriptedChange {
  const after = tupleOf(values);
  const before = old === undefined ? undefined : tupleOf(old.values);
  return (lsn) => ({
    kind: 'change',
    operation: 'update',
    shape,
    lsn,
    old: old?.kind ?? 'none',
    before,
    after,
  });
}

export function remove(shape: TableShape, kind: 'key' | 'full', ...values: ScriptedValue[]): ScriptedChange {
  const before = tupleOf(values);
  return (lsn) => ({ kind: 'change', operation: 'delete', shape, lsn, old: kind, before, after: undefined });
}

export function truncate(shape: TableShape): ScriptedChange {
  return (lsn) => ({
    kind: 'change',
    operation: 'truncate',
    shape,
    lsn,
    old: 'none',
    before: undefined,
    after: undefined,
  });
}

export function read(shape: TableShape, lsn: bigint, ...values: ScriptedValue[]): Change {
  const after = tupleOf(values);
  return { kind: 'change', operation: 'read', shape, lsn, old: 'none', before: undefined, after };
}

/** Microseconds from 2000 to 2026. */
const BASE_TIME = 820_540_800_000_000n;

/** A transaction that is committed at `lsn` and ends 8 bytes behind it. */
export function transaction(lsn: number, ...changes: readonly ScriptedChange[]): CaptureItem[] {
  const commitLsn = BigInt(lsn);
  return [
    { kind: 'begin', xid: lsn, commitLsn, time: BASE_TIME + BigInt(lsn) * 1000n, origin: undefined },
    ...changes.map((make, index) => make(commitLsn - BigInt(changes.length - index))),
    { kind: 'commit', commitLsn, endLsn: commitLsn + 8n },
  ];
}
