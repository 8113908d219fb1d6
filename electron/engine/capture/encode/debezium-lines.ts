/**
 * The envelope of Debezium's connector for PostgreSQL, so that what reads Debezium reads this.
 * https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events
 *
 * It differs where lines could not be written again as they were: `ts_ms` at the top is the time of the commit (there
 * it is when the connector saw it), and the first position of `sequence` is the commit of the change itself (there it is
 * that of the transaction before it). Both order changes as they do there. Old rows have only what is known of them: there, the
 * columns that are not of the key are null.
 */
import type { Change, TableShape } from '../change.ts';
import type { ChangeOrder, ChangeOrigin, LineEncoder, LineFacts } from './change-encoder.ts';
import { JsonBuffer } from './json-buffer.ts';
import { JsonRow } from './json-row.ts';
import { unixMicros } from './unix-micros.ts';

const OPERATIONS: Readonly<Record<Change['operation'], number>> = {
  insert: 'c'.charCodeAt(0),
  update: 'u'.charCodeAt(0),
  delete: 'd'.charCodeAt(0),
  read: 'r'.charCodeAt(0),
  truncate: 't'.charCodeAt(0),
};

/** What stands in `source.version`: the version of the envelope, and not of Sluice, whose updates change no line. */
const ENVELOPE_VERSION = 'sluice-1';

const BEFORE = Buffer.from('{"before":');
const AFTER = Buffer.from(',"after":');
const NULL = Buffer.from('null');
const OPEN = 0x7b;
const CLOSE = 0x7d;
const UNCHANGED = Buffer.from(',"unchanged":');
const IN_TABLE = Buffer.from(',"data_collection_order":');
const END = Buffer.from('}}\n');
const END_OF_READ = Buffer.from(',"transaction":null}\n');

export class DebeziumLines implements LineEncoder {
  readonly #row: JsonRow;
  readonly #facts: LineFacts;
  readonly #table: { readonly schema: string; readonly name: string };
  readonly #inSource = new JsonBuffer();
  #origin: ChangeOrigin | undefined;
  /** From behind the row up to the position of the change, from there to where it stands again, and the rest. */
  #toSequence: Uint8Array = NULL;
  #toLsn: Uint8Array = NULL;
  #toOperation: Uint8Array = NULL;
  #toOrder: Uint8Array = NULL;

  constructor(shape: TableShape, facts: LineFacts) {
    this.#row = new JsonRow(shape, facts.unchanged === 'placeholder');
    this.#facts = facts;
    this.#table = shape.file.table;
  }

  encode(change: Change, origin: ChangeOrigin, order: ChangeOrder, output: JsonBuffer): void {
    if (origin !== this.#origin) this.#enter(origin);
    const { before, after } = change;
    output.raw(BEFORE);
    if (before === undefined) output.raw(NULL);
    else {
      output.byte(OPEN);
      this.#row.before(before, change.old, true, output);
      output.byte(CLOSE);
    }
    output.raw(AFTER);
    let missing = false;
    if (after === undefined) output.raw(NULL);
    else {
      output.byte(OPEN);
      missing = this.#row.after(change, after, true, output);
      output.byte(CLOSE);
    }
    const lsn = Number(change.lsn);
    output.raw(this.#toSequence);
    output.digits(lsn);
    output.raw(this.#toLsn);
    output.digits(lsn);
    output.raw(this.#toOperation);
    output.byte(OPERATIONS[change.operation]);
    output.raw(this.#toOrder);
    if (missing && after !== undefined) {
      output.raw(UNCHANGED);
      this.#row.missing(change, after, output);
    }
    if (origin.xid === undefined) {
      output.raw(END_OF_READ);
      return;
    }
    this.#transaction(origin, order, output);
  }

  #transaction(origin: ChangeOrigin, order: ChangeOrder, output: JsonBuffer): void {
    output.ascii(',"transaction":{"id":"');
    output.digits(origin.xid ?? 0);
    output.ascii(':');
    output.digits(Number(origin.commitLsn));
    output.ascii('","total_order":');
    output.digits(order.total);
    output.raw(IN_TABLE);
    output.digits(order.inTable);
    output.raw(END);
  }

  /** What all changes of a transaction have in common is made once. */
  #enter(origin: ChangeOrigin): void {
    this.#origin = origin;
    const { job, database } = this.#facts;
    const { schema, name } = this.#table;
    const micros = unixMicros(origin.time);
    const millis = micros / 1000n;
    const snapshot = origin.xid === undefined ? 'true' : 'false';
    const commit = origin.commitLsn.toString();
    const text = JSON.stringify;
    const output = this.#inSource;
    output.clear();
    output.raw(
      Buffer.from(
        `,"source":{"version":"${ENVELOPE_VERSION}","connector":"postgresql","name":${text(job)}` +
          `,"ts_ms":${millis},"ts_us":${micros},"ts_ns":${micros * 1000n},"snapshot":"${snapshot}"` +
          `,"db":${text(database)},"sequence":"[\\"${commit}\\",\\"`,
      ),
    );
    this.#toSequence = output.bytes().slice();
    this.#toLsn = Buffer.from(
      `\\"]","schema":${text(schema)},"table":${text(name)},"txId":${origin.xid ?? 'null'},"lsn":`,
    );
    this.#toOperation = Buffer.from(`,"xmin":null,"commit_lsn":${commit}},"op":"`);
    this.#toOrder = Buffer.from(`","ts_ms":${millis}`);
  }
}
