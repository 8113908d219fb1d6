/** Makes changes that can be shown of the lines of test_decoding. */
import type { PeekColumn, PeekValue } from '../../contract/peek.ts';
import { formatLsn } from '../decode/lsn.ts';
import {
  parseTestDecoding,
  type TestDecodingLine,
  type TextColumn,
} from '../decode/test-decoding/parse-line.ts';
import { deletedColumn, insertedColumn, updatedColumn } from './peek-columns.ts';
import type { FoundChange, PeekDecoder, PeekEvent } from './peek-event.ts';
import { shownValue } from './pgoutput-changes.ts';

/** Bytes of a line that are taken apart: more can be neither looked at nor, at half a gigabyte, be one text. */
const LINE_LIMIT = 1024 * 1024;

export class TextChanges implements PeekDecoder {
  readonly #valueLimit: number;
  #xid = 0;

  constructor(valueLimit: number) {
    this.#valueLimit = valueLimit;
  }

  decode(bytes: Buffer, lsn: bigint): readonly PeekEvent[] {
    const text = bytes.toString('utf8', 0, Math.min(bytes.length, LINE_LIMIT));
    const line: TestDecodingLine =
      bytes.length > LINE_LIMIT ? { kind: 'other', text } : parseTestDecoding(text);
    const shown = cutText(text, this.#valueLimit);
    switch (line.kind) {
      case 'begin':
        this.#xid = line.xid;
        return [{ kind: 'begin', xid: line.xid, commitLsn: null, commitTime: null }];
      case 'commit': {
        this.#xid = 0;
        const commitTime = line.time === undefined ? null : line.time.replace(' ', 'T');
        return [{ kind: 'end', xid: line.xid, state: 'committed', commitLsn: lsn, commitTime }];
      }
      case 'change': {
        const relation = { schema: line.schema, name: line.name };
        return [this.#event(line.operation, relation, this.#columns(line), { lsn, text: shown, bytes })];
      }
      case 'truncate':
        return line.relations.map((relation) =>
          this.#event('truncate', relation, [], { lsn, text: shown, bytes }),
        );
      case 'other':
        return [this.#event('message', null, [], { lsn, text: shown, bytes })];
    }
  }

  #event(
    operation: FoundChange['operation'],
    relation: FoundChange['relation'],
    columns: PeekColumn[],
    { lsn, text, bytes }: { lsn: bigint; text: string; bytes: Buffer },
  ): PeekEvent {
    const change: FoundChange = {
      xid: this.#xid,
      lsn: formatLsn(lsn),
      operation,
      relation,
      identity: null,
      columns,
      text,
      bytes: bytes.length,
    };
    return { kind: 'change', change };
  }

  /** An old key names the columns of the key; a line without one does not say which they are. */
  #columns(line: TestDecodingLine & { kind: 'change' }): PeekColumn[] {
    const before = new Map((line.before ?? []).map((column) => [column.name, column]));
    const side = (column: TextColumn | undefined) =>
      column === undefined ? undefined : this.#value(column.value);
    if (line.operation === 'delete') {
      return (line.before ?? []).map((column) =>
        deletedColumn({ ...column, key: true, before: side(column), after: undefined }),
      );
    }
    return (line.after ?? []).map((column) => {
      const old = before.get(column.name);
      const sides = {
        name: column.name,
        type: column.type,
        key: old !== undefined && before.size < (line.after?.length ?? 0),
        before: side(old),
        after: side(column),
      };
      return line.operation === 'insert' ? insertedColumn(sides) : updatedColumn(sides, false);
    });
  }

  #value(value: TextColumn['value']): PeekValue {
    return typeof value === 'string' ? shownValue(Buffer.from(value), this.#valueLimit, false) : value;
  }
}

function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
