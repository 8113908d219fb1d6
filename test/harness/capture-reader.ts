/** Reads a slot in tests: collects what comes, and builds the tables that it makes. */
import type { CaptureStream } from '../../electron/engine/capture/capture-source.ts';
import type { CaptureItem, Change } from '../../electron/engine/capture/change.ts';
import type { Tuple } from '../../electron/engine/decode/pgoutput/tuple.ts';
import type { ConnectionAccess } from '../../electron/engine/ports.ts';
import type { DatabaseAddress } from './postgres/database.ts';

export function accessTo({ host, port, database, user, password }: DatabaseAddress): ConnectionAccess {
  return { settings: { host, port, database, user, tls: 'disable' }, password };
}

/** A value, null, or that the WAL does not have it. */
export type CapturedValue = string | null | { readonly unchanged: true };

/** What outlives its batch of an item. */
export type Captured =
  | Exclude<CaptureItem, Change>
  | (Omit<Change, 'before' | 'after'> & {
      readonly table: string;
      readonly before: Readonly<Record<string, CapturedValue>> | undefined;
      readonly after: Readonly<Record<string, CapturedValue>> | undefined;
    });

export function kept(item: CaptureItem): Captured {
  if (item.kind !== 'change') return item;
  const { before, after, ...rest } = item;
  const { table, columns } = item.shape.file;
  const rowOf = (tuple: Tuple | undefined) =>
    tuple === undefined
      ? undefined
      : Object.fromEntries(columns.map(({ name }, at) => [name, valueOf(tuple, at)]));
  return { ...rest, table: table.name, before: rowOf(before), after: rowOf(after) };
}

function valueOf(tuple: Tuple, at: number): CapturedValue {
  return tuple.kind(at) === 'unchanged' ? { unchanged: true } : tuple.text(at);
}

/**
 * Reads until `until` says so, or until the stream has passed a position.
 * @param until a position after which nothing is wanted, or what is true of the last item
 */
export async function readUntil(
  stream: CaptureStream,
  until: bigint | ((item: Captured) => boolean),
  signal: AbortSignal = new AbortController().signal,
): Promise<Captured[]> {
  const items: Captured[] = [];
  const isLast =
    typeof until === 'function'
      ? until
      : (item: Captured) =>
          (item.kind === 'commit' && item.endLsn >= until) || (item.kind === 'position' && item.lsn >= until);
  for await (const batch of stream.read(signal)) {
    for (const item of batch) items.push(kept(item));
    if (items.some(isLast)) break;
  }
  return items;
}

/** Changes alone, as short as a test wants them: `insert orders 1`. */
export function shown(items: readonly Captured[]): string[] {
  return items.flatMap((item) => {
    if (item.kind !== 'change') return [];
    const row = item.after ?? item.before;
    const values = row === undefined ? [] : Object.values(row).map((value) => textOf(value));
    return [[item.operation, item.table, ...values].join(' ')];
  });
}

function textOf(value: CapturedValue): string {
  return value === null ? '∅' : typeof value === 'string' ? value : '…';
}

type Row = Map<string, string | null>;

/** The tables that changes make; rows are known by the column `id`. */
export class CapturedTables {
  readonly #tables = new Map<string, Map<string, Row>>();

  /** Rows of a table in the order of their ids, with the columns that are asked for. */
  rows(table: string, columns: readonly string[]): (string | null)[][] {
    return [...this.#of(table).values()]
      .map((row) => columns.map((name) => row.get(name) ?? null))
      .sort((a, b) => Number(a[columns.indexOf('id')]) - Number(b[columns.indexOf('id')]));
  }

  /** @throws Error for a change that does not go with what came before: lost, or given twice */
  apply(item: Captured): void {
    if (item.kind !== 'change') return;
    const table = this.#of(item.table);
    const { operation, before, after } = item;
    if (operation === 'truncate') return table.clear();
    const newId = after?.['id'] as string | undefined;
    const oldId = (before?.['id'] as string | undefined) ?? newId ?? '';
    const old = table.get(oldId);
    const fresh = operation === 'insert' || operation === 'read';
    if (fresh ? table.has(newId ?? '') : old === undefined) {
      throw new Error(
        `${operation} of ${item.table} ${newId ?? oldId} at ${item.lsn} does not go with the rows`,
      );
    }
    if (!fresh) table.delete(oldId);
    if (after === undefined) return;
    const row: Row = new Map();
    for (const [name, value] of Object.entries(after)) {
      row.set(name, typeof value === 'object' && value !== null ? (old?.get(name) ?? null) : value);
    }
    table.set(newId ?? '', row);
  }

  #of(table: string): Map<string, Row> {
    const found = this.#tables.get(table);
    if (found !== undefined) return found;
    const made = new Map<string, Row>();
    this.#tables.set(table, made);
    return made;
  }
}
