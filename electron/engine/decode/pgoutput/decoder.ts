/**
 * Decodes pgoutput, protocol 1 to 4, text and binary. The one state it keeps is whether it is inside of a stream block,
 * because changes have one more field there. Input comes from the network: whatever it is, the answer is a message or
 * `SLOT_MESSAGE_INVALID`, and a message that is followed by something else is refused as well.
 */
import { MessageReader, malformed } from './message-reader.ts';
import type { PgoutputMessage, RelationColumn, RelationMessage } from './messages.ts';

const code = (letter: string) => letter.charCodeAt(0);
const BEGIN = code('B');
const COMMIT = code('C');
const ORIGIN = code('O');
const RELATION = code('R');
const TYPE = code('Y');
const INSERT = code('I');
const UPDATE = code('U');
const DELETE = code('D');
const TRUNCATE = code('T');
const MESSAGE = code('M');
const STREAM_START = code('S');
const STREAM_STOP = code('E');
const STREAM_COMMIT = code('c');
const STREAM_ABORT = code('A');
const BEGIN_PREPARE = code('b');
const PREPARE = code('P');
const COMMIT_PREPARED = code('K');
const ROLLBACK_PREPARED = code('r');
const STREAM_PREPARE = code('p');

const KEY_TUPLE = code('K');
const OLD_TUPLE = code('O');
const NEW_TUPLE = code('N');

const IDENTITIES: Readonly<Record<number, RelationMessage['identity']>> = {
  [code('d')]: 'default',
  [code('n')]: 'nothing',
  [code('f')]: 'full',
  [code('i')]: 'index',
};

/** Bytes that a stream abort has beyond its two ids where the server streams to parallel workers. */
const ABORT_POSITION_BYTES = 16;

export class PgoutputDecoder {
  readonly #reader = new MessageReader();
  #inStream: boolean;

  /** @param inStream true where what comes are messages of a stream block, without its begin */
  constructor(inStream = false) {
    this.#inStream = inStream;
  }

  /**
   * One message, which is all of the bytes or what lies from `start` up to `end`. Its values point into the bytes, which
   * must stay as they are while the message is used.
   * @throws AppError `SLOT_MESSAGE_INVALID`
   */
  decode(bytes: Buffer, start = 0, end = bytes.length): PgoutputMessage {
    this.#reader.open(bytes, start, end);
    const message = this.#read(this.#reader.int8());
    this.#reader.close();
    return message;
  }

  #read(kind: number): PgoutputMessage {
    const reader = this.#reader;
    switch (kind) {
      case INSERT:
        return this.#insert();
      case UPDATE:
        return this.#update();
      case DELETE:
        return this.#delete();
      case BEGIN:
        this.#outside('a transaction begins');
        return { kind: 'begin', commitLsn: reader.lsn(), time: reader.time(), xid: reader.uint32() };
      case COMMIT:
        this.#outside('a transaction ends');
        return this.#flagged(() => ({
          kind: 'commit',
          lsn: reader.lsn(),
          endLsn: reader.lsn(),
          time: reader.time(),
        }));
      case RELATION:
        return this.#relation();
      case TYPE:
        return {
          kind: 'type',
          xid: this.#xid(),
          id: reader.uint32(),
          schema: reader.text(),
          name: reader.text(),
        };
      case ORIGIN:
        return { kind: 'origin', lsn: reader.lsn(), name: reader.text() };
      case TRUNCATE:
        return this.#truncate();
      case MESSAGE:
        return this.#message();
      default:
        return this.#streamOrTwoPhase(kind);
    }
  }

  #streamOrTwoPhase(kind: number): PgoutputMessage {
    const reader = this.#reader;
    switch (kind) {
      case STREAM_START:
        this.#outside('a stream block begins');
        this.#inStream = true;
        return { kind: 'streamStart', xid: reader.uint32(), first: reader.int8() === 1 };
      case STREAM_STOP:
        if (!this.#inStream) throw malformed('a stream block ends that has not begun');
        this.#inStream = false;
        return { kind: 'streamStop' };
      case STREAM_COMMIT: {
        this.#outside('a stream is committed');
        const xid = reader.uint32();
        return this.#flagged(() => ({
          kind: 'streamCommit',
          xid,
          lsn: reader.lsn(),
          endLsn: reader.lsn(),
          time: reader.time(),
        }));
      }
      case STREAM_ABORT:
        return this.#streamAbort();
      case BEGIN_PREPARE:
        this.#outside('a transaction begins');
        return { kind: 'beginPrepare', ...this.#prepared() };
      case PREPARE:
        return this.#flagged(() => ({ kind: 'prepare', ...this.#prepared() }));
      case STREAM_PREPARE:
        return this.#flagged(() => ({ kind: 'streamPrepare', ...this.#prepared() }));
      case COMMIT_PREPARED:
        return this.#flagged(() => ({ kind: 'commitPrepared', ...this.#prepared() }));
      case ROLLBACK_PREPARED:
        return this.#flagged(() => ({
          kind: 'rollbackPrepared',
          prepareEndLsn: reader.lsn(),
          rollbackEndLsn: reader.lsn(),
          prepareTime: reader.time(),
          rollbackTime: reader.time(),
          xid: reader.uint32(),
          gid: reader.text(),
        }));
      default:
        throw malformed(`there is no message of the kind ${kind}`);
    }
  }

  /** The transaction of a change: only inside of a stream block is it in the message. */
  #xid(): number | undefined {
    return this.#inStream ? this.#reader.uint32() : undefined;
  }

  #outside(what: string): void {
    if (this.#inStream) throw malformed(`${what} inside of a stream block`);
  }

  /** Flags are there for later versions; no version has given one a meaning. */
  #flagged(read: () => PgoutputMessage): PgoutputMessage {
    this.#reader.int8();
    return read();
  }

  #insert(): PgoutputMessage {
    const xid = this.#xid();
    const relationId = this.#reader.uint32();
    this.#expectNew();
    return { kind: 'insert', xid, relationId, after: this.#reader.tuple() };
  }

  #update(): PgoutputMessage {
    const reader = this.#reader;
    const xid = this.#xid();
    const relationId = reader.uint32();
    const kind = reader.int8();
    if (kind === NEW_TUPLE) {
      return { kind: 'update', xid, relationId, old: 'none', before: undefined, after: reader.tuple() };
    }
    const old = oldKind(kind);
    const before = reader.tuple();
    this.#expectNew();
    return { kind: 'update', xid, relationId, old, before, after: reader.tuple() };
  }

  #delete(): PgoutputMessage {
    const xid = this.#xid();
    const relationId = this.#reader.uint32();
    const old = oldKind(this.#reader.int8());
    return { kind: 'delete', xid, relationId, old, before: this.#reader.tuple() };
  }

  #expectNew(): void {
    if (this.#reader.int8() !== NEW_TUPLE) throw malformed('the new row is missing');
  }

  #relation(): PgoutputMessage {
    const reader = this.#reader;
    const xid = this.#xid();
    const id = reader.uint32();
    const schema = reader.text();
    const name = reader.text();
    const identity = IDENTITIES[reader.int8()];
    if (identity === undefined) throw malformed('an unknown replica identity');
    const count = reader.int16();
    if (count < 0 || count > reader.left) throw malformed('a relation has an impossible number of columns');
    const columns: RelationColumn[] = [];
    for (let i = 0; i < count; i++) {
      columns.push({
        key: (reader.int8() & 1) === 1,
        name: reader.text(),
        typeId: reader.uint32(),
        typeModifier: reader.int32(),
      });
    }
    return { kind: 'relation', xid, id, schema, name, identity, columns };
  }

  #truncate(): PgoutputMessage {
    const reader = this.#reader;
    const xid = this.#xid();
    const count = reader.int32();
    if (count < 0 || count > reader.left) throw malformed('an impossible number of relations');
    const options = reader.int8();
    const relationIds: number[] = [];
    for (let i = 0; i < count; i++) relationIds.push(reader.uint32());
    return {
      kind: 'truncate',
      xid,
      relationIds,
      cascade: (options & 1) === 1,
      restartIdentity: (options & 2) === 2,
    };
  }

  #message(): PgoutputMessage {
    const reader = this.#reader;
    const xid = this.#xid();
    const transactional = (reader.int8() & 1) === 1;
    const lsn = reader.lsn();
    const prefix = reader.text();
    const content = reader.bytes(reader.int32());
    return { kind: 'message', xid, transactional, lsn, prefix, content };
  }

  #streamAbort(): PgoutputMessage {
    const reader = this.#reader;
    this.#outside('a stream is aborted');
    const [xid, subXid] = [reader.uint32(), reader.uint32()];
    const positioned = reader.left === ABORT_POSITION_BYTES;
    const lsn = positioned ? reader.lsn() : undefined;
    const time = positioned ? reader.time() : undefined;
    return { kind: 'streamAbort', xid, subXid, lsn, time };
  }

  #prepared() {
    const reader = this.#reader;
    const [lsn, endLsn, time] = [reader.lsn(), reader.lsn(), reader.time()];
    return { lsn, endLsn, time, xid: reader.uint32(), gid: reader.text() };
  }
}

function oldKind(kind: number): 'key' | 'full' {
  if (kind === KEY_TUPLE) return 'key';
  if (kind === OLD_TUPLE) return 'full';
  throw malformed('the row is neither an old nor a new one');
}
