/**
 * The columns of the row as members of one object, and what happened to it in members that begin with an underscore:
 * `_op` (c, u, d, r, t), `_lsn`, `_commit_lsn`, `_commit_at`, `_xid`, `_order` (which change of its transaction), `_key`
 * (the columns of the replica identity as they were, where an update has changed them), `_before` (the whole row as it was, of an
 * update under REPLICA IDENTITY FULL: such a row has no other name) and `_unchanged` (columns that the line lacks because the WAL
 * does not have them).
 *
 * For a MERGE: of each key the line with the highest `_commit_lsn`, `_order` counts; `d` removes it, and so does a `_key`
 * for the row that it names. A deleted row has what is known of it: the columns of the replica identity, or all. A column
 * whose own name begins with an underscore gets one more, so that none of them can be taken for one of these.
 */
import { FIELD_NULL } from '../../decode/pgoutput/tuple.ts';
import type { Change, TableShape } from '../change.ts';
import type { ChangeOrder, ChangeOrigin, LineEncoder, LineFacts } from './change-encoder.ts';
import type { KnownValues } from '../earlier-values.ts';
import type { JsonBuffer } from './json-buffer.ts';
import { JsonRow } from './json-row.ts';
import { isoOfTimestamp } from './unix-micros.ts';

/** What `_op` says. */
export const LETTERS = { insert: 'c', update: 'u', delete: 'd', read: 'r', truncate: 't' } as const;

const LSN = Buffer.from('","_lsn":');
const ORDER = Buffer.from(',"_order":');
const UNCHANGED = Buffer.from(',"_unchanged":');
const KEY = Buffer.from(',"_key":{');
const BEFORE = Buffer.from(',"_before":{');
const CLOSE = 0x7d;
const END = Buffer.from('}\n');

export class FlatLines implements LineEncoder {
  readonly #row: JsonRow;
  #origin: ChangeOrigin | undefined;
  #ofOrigin: Uint8Array = END;

  constructor(shape: TableShape, { unchanged }: LineFacts) {
    this.#row = new JsonRow(shape, { placeholder: unchanged === 'placeholder', rename: memberName });
  }

  encode(
    change: Change,
    origin: ChangeOrigin,
    order: ChangeOrder,
    output: JsonBuffer,
    known?: KnownValues,
  ): void {
    if (origin !== this.#origin) this.#enter(origin);
    const { before, after, operation } = change;
    output.ascii('{"_op":"');
    output.ascii(LETTERS[operation]);
    output.raw(LSN);
    output.digits(Number(change.lsn));
    output.raw(this.#ofOrigin);
    if (origin.xid !== undefined) {
      output.raw(ORDER);
      output.digits(order.total);
    }
    if (after === undefined) {
      if (before !== undefined) this.#row.before(before, change.old, false, output);
    } else {
      const missing = this.#row.after(change, after, false, output, known);
      if (missing) {
        output.raw(UNCHANGED);
        this.#row.missing(change, after, output, known);
      }
      if (before !== undefined && isKnownAsWhole(change)) {
        output.raw(BEFORE);
        this.#row.before(before, 'full', true, output);
        output.byte(CLOSE);
      } else if (before !== undefined && hasOtherKey(change)) {
        output.raw(KEY);
        this.#row.before(before, 'key', true, output);
        output.byte(CLOSE);
      }
    }
    output.raw(END);
  }

  #enter(origin: ChangeOrigin): void {
    this.#origin = origin;
    const at = isoOfTimestamp(origin.time);
    const xid = origin.xid === undefined ? '' : `,"_xid":${origin.xid}`;
    this.#ofOrigin = Buffer.from(`,"_commit_lsn":${origin.commitLsn}${xid},"_commit_at":"${at}"`);
  }
}

/** What a column is called in the object. */
export function memberName(column: string): string {
  return column.startsWith('_') ? `_${column}` : column;
}

/** Under FULL the row that an update has changed is named by all that it was. */
export function isKnownAsWhole({ old, shape }: Change): boolean {
  return old === 'full' && shape.file.replicaIdentity === 'full';
}

/** The server sends the old key only where it has changed; the old row comes whether or not it has. */
export function hasOtherKey({ old, before, after, shape }: Change): boolean {
  if (before === undefined || after === undefined) return false;
  if (old === 'key') return true;
  return shape.file.columns.some(({ key }, field) => {
    if (!key || shape.file.replicaIdentity === 'full') return false;
    const [was, is] = [before.code(field), after.code(field)];
    if (was === FIELD_NULL || is === FIELD_NULL) return was !== is;
    return !before.bytes(field).equals(after.bytes(field));
  });
}
