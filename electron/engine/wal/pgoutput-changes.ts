/** Makes changes that can be shown of the messages of pgoutput; knows the relations and types that were announced. */
import { AppError } from '../../contract/app-error.ts';
import type { PeekColumn, PeekValue } from '../../contract/peek.ts';
import { PgoutputDecoder } from '../decode/pgoutput/decoder.ts';
import type {
  BoundaryMessage,
  LogicalMessage,
  PgoutputMessage,
  RelationMessage,
} from '../decode/pgoutput/messages.ts';
import { formatTimestamp } from '../decode/pgoutput/timestamp.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import { builtInType } from '../decode/pgoutput/type-names.ts';
import { formatLsn } from '../decode/lsn.ts';
import { deletedColumn, insertedColumn, updatedColumn, type ColumnSides } from './peek-columns.ts';
import type { FoundChange, PeekDecoder, PeekEvent } from './peek-event.ts';

const NOTHING: readonly PeekEvent[] = [];

export class PgoutputChanges implements PeekDecoder {
  readonly #decoder = new PgoutputDecoder();
  readonly #relations = new Map<number, RelationMessage>();
  readonly #types = new Map<number, string>();
  readonly #valueLimit: number;
  /** The transaction that messages belong to; 0 outside of one. */
  #xid = 0;

  constructor(valueLimit: number) {
    this.#valueLimit = valueLimit;
  }

  decode(bytes: Buffer, lsn: bigint): readonly PeekEvent[] {
    const message = this.#decoder.decode(bytes);
    switch (message.kind) {
      case 'relation':
        this.#relations.set(message.id, message);
        return NOTHING;
      case 'type':
        this.#types.set(message.id, named(message.schema, message.name));
        return NOTHING;
      case 'insert':
      case 'update':
      case 'delete':
        return [this.#change(message, this.#row(message), { lsn, bytes: bytes.length })];
      case 'truncate':
        return message.relationIds.map((id) =>
          this.#change({ ...message, relationId: id }, [], { lsn, bytes: bytes.length }),
        );
      case 'message':
        return [this.#logicalMessage(message, bytes.length)];
      case 'begin':
      case 'commit':
      case 'origin':
      case 'streamStart':
      case 'streamStop':
      case 'streamCommit':
      case 'streamAbort':
      case 'beginPrepare':
      case 'prepare':
      case 'streamPrepare':
      case 'commitPrepared':
      case 'rollbackPrepared':
        return this.#boundary(message);
    }
  }

  #boundary(message: BoundaryMessage): readonly PeekEvent[] {
    const ended = (xid: number, state: 'committed' | 'aborted' | 'prepared', at?: Ended): PeekEvent[] => {
      this.#xid = 0;
      const commitTime = at?.time === undefined ? null : formatTimestamp(at.time);
      return [{ kind: 'end', xid, state, commitLsn: at?.lsn ?? null, commitTime }];
    };
    switch (message.kind) {
      case 'begin':
        this.#xid = message.xid;
        return [
          {
            kind: 'begin',
            xid: message.xid,
            commitLsn: message.commitLsn,
            commitTime: formatTimestamp(message.time),
          },
        ];
      case 'beginPrepare':
        this.#xid = message.xid;
        return [{ kind: 'begin', xid: message.xid, commitLsn: null, commitTime: null }];
      case 'streamStart':
        this.#xid = message.xid;
        return message.first
          ? [{ kind: 'begin', xid: message.xid, commitLsn: null, commitTime: null }]
          : NOTHING;
      case 'streamStop':
        this.#xid = 0;
        return NOTHING;
      case 'commit':
        return ended(this.#xid, 'committed', message);
      case 'streamCommit':
      case 'commitPrepared':
        return ended(message.xid, 'committed', message);
      case 'prepare':
      case 'streamPrepare':
        return ended(message.xid, 'prepared', message);
      case 'rollbackPrepared':
        return ended(message.xid, 'aborted');
      case 'streamAbort':
        return message.xid === message.subXid
          ? ended(message.xid, 'aborted')
          : [{ kind: 'withdraw', subXid: message.subXid }];
      case 'origin':
        return [{ kind: 'origin', xid: this.#xid, origin: message.name }];
    }
  }

  #change(
    message: {
      readonly kind: 'insert' | 'update' | 'delete' | 'truncate';
      readonly relationId: number;
      readonly xid: number | undefined;
    },
    columns: readonly PeekColumn[],
    { lsn, bytes }: { lsn: bigint; bytes: number },
  ): PeekEvent {
    const { schema, name, identity } = this.#relation(message.relationId);
    const change: FoundChange = {
      xid: this.#xid,
      lsn: formatLsn(lsn),
      operation: message.kind,
      relation: { schema: schema === '' ? 'pg_catalog' : schema, name },
      identity,
      columns: [...columns],
      text: null,
      bytes,
      subXid: message.xid,
    };
    return { kind: 'change', change };
  }

  #row(message: PgoutputMessage & { kind: 'insert' | 'update' | 'delete' }): PeekColumn[] {
    const relation = this.#relation(message.relationId);
    if (message.kind === 'insert') {
      return this.#sides(relation, undefined, false, message.after).map(insertedColumn);
    }
    const keyOnly = message.old === 'key';
    if (message.kind === 'delete') {
      return this.#sides(relation, message.before, keyOnly, undefined).map(deletedColumn);
    }
    return this.#sides(relation, message.before, keyOnly, message.after).map((column) =>
      updatedColumn(column, message.old === 'none'),
    );
  }

  /** @param keyOnly true where `before` has nulls for all columns that are not of the key: they are no values */
  #sides(
    relation: RelationMessage,
    before: Tuple | undefined,
    keyOnly: boolean,
    after: Tuple | undefined,
  ): ColumnSides[] {
    for (const tuple of [before, after]) {
      if (tuple !== undefined && tuple.length !== relation.columns.length) {
        throw new AppError('SLOT_MESSAGE_INVALID', 'A row of pgoutput has another number of columns.');
      }
    }
    return relation.columns.map(({ name, key, typeId }, index) => ({
      name,
      key,
      type: this.#types.get(typeId) ?? builtInType(typeId) ?? `type ${typeId}`,
      before: before === undefined || (keyOnly && !key) ? undefined : this.#value(before, index),
      after: after === undefined ? undefined : this.#value(after, index),
    }));
  }

  #value(tuple: Tuple, index: number): PeekValue {
    const kind = tuple.kind(index);
    if (kind === 'null') return null;
    if (kind === 'unchanged') return { absent: 'unchanged' };
    return shownValue(tuple.bytes(index), this.#valueLimit, kind === 'binary');
  }

  #logicalMessage(message: LogicalMessage, bytes: number): PeekEvent {
    const content: PeekColumn = {
      name: 'content',
      type: 'bytea',
      key: false,
      after: shownValue(message.content, this.#valueLimit, !isText(message.content)),
      changed: 'yes',
    };
    const change: FoundChange = {
      // What is not transactional was never part of one, even where it comes in between.
      xid: message.transactional ? this.#xid : 0,
      lsn: formatLsn(message.lsn),
      operation: 'message',
      relation: null,
      identity: null,
      columns: [content],
      text: message.prefix,
      bytes,
      subXid: message.xid,
    };
    return { kind: 'change', change };
  }

  #relation(id: number): RelationMessage {
    const relation = this.#relations.get(id);
    if (relation === undefined) {
      throw new AppError(
        'SLOT_MESSAGE_INVALID',
        'A change of pgoutput is about a relation that was not named.',
      );
    }
    return relation;
  }
}

interface Ended {
  readonly lsn: bigint;
  readonly time: bigint;
}

function named(schema: string, name: string): string {
  return schema === '' || schema === 'pg_catalog' ? name : `${schema}.${name}`;
}

/** The longest text is cut before it becomes one: a value can have a gigabyte, more than a text may have. */
export function shownValue(bytes: Buffer, limit: number, binary: boolean): PeekValue {
  if (binary) {
    const hex = bytes.toString('hex', 0, limit);
    return bytes.length > limit ? { cut: `\\x${hex}`, bytes: bytes.length } : `\\x${hex}`;
  }
  const text = bytes.toString('utf8', 0, Math.min(bytes.length, limit * 4));
  return text.length <= limit && bytes.length <= limit * 4
    ? text
    : { cut: text.slice(0, limit), bytes: bytes.length };
}

/** Bytes that are looked at to tell text from other things. */
const LOOKED_AT = 4_096;

function isText(bytes: Buffer): boolean {
  const beginning = bytes.subarray(0, LOOKED_AT);
  // The end of the piece may cut a character in two.
  return !beginning.includes(0) && !beginning.toString('utf8').slice(0, -1).includes('\ufffd');
}
