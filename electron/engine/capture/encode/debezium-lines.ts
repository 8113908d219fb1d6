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
import type { KnownValues } from '../earlier-values.ts';
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
  /** What the changes of one transaction have in common, up to each of its marks. */
  readonly #common = new JsonBuffer();
  #bytes: Uint8Array = NULL;
  #origin: ChangeOrigin | undefined;
  #toSequence = 0;
  #toLsn = 0;
  #toOperation = 0;
  #toOrder = 0;
  readonly #beforeTime: Uint8Array;
  readonly #beforeCommit: Uint8Array;
  readonly #beforeXid: Uint8Array;

  constructor(shape: TableShape, facts: LineFacts) {
    this.#row = new JsonRow(shape, { placeholder: facts.unchanged === 'placeholder' });
    const { schema, name } = shape.file.table;
    const text = JSON.stringify;
    this.#beforeTime = Buffer.from(
      `,"source":{"version":"${ENVELOPE_VERSION}","connector":"postgresql","name":${text(facts.job)},"ts_ms":`,
    );
    this.#beforeCommit = Buffer.from(`","db":${text(facts.database)},"sequence":"[\\"`);
    this.#beforeXid = Buffer.from(`\\"]","schema":${text(schema)},"table":${text(name)},"txId":`);
  }

  encode(
    change: Change,
    origin: ChangeOrigin,
    order: ChangeOrder,
    output: JsonBuffer,
    known?: KnownValues,
  ): void {
    if (origin !== this.#origin) {
      this.#enter(origin);
      this.#origin = origin;
    }
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
      missing = this.#row.after(change, after, true, output, known);
      output.byte(CLOSE);
    }
    const lsn = Number(change.lsn);
    const common = this.#bytes;
    output.raw(common, 0, this.#toSequence);
    output.digits(lsn);
    output.raw(common, this.#toSequence, this.#toLsn);
    output.digits(lsn);
    output.raw(common, this.#toLsn, this.#toOperation);
    output.byte(OPERATIONS[change.operation]);
    output.raw(common, this.#toOperation, this.#toOrder);
    if (missing && after !== undefined) {
      output.raw(UNCHANGED);
      this.#row.missing(change, after, output, known);
    }
    output.raw(common, this.#toOrder, common.length);
    if (origin.xid === undefined) return;
    output.digits(order.total);
    output.raw(IN_TABLE);
    output.digits(order.inTable);
    output.raw(END);
  }

  /** Made once for a transaction. */
  #enter({ xid, commitLsn, time }: ChangeOrigin): void {
    const common = this.#common;
    const micros = Number(unixMicros(time));
    const millis = Math.floor(micros / 1000);
    const commit = Number(commitLsn);
    common.clear();
    common.raw(this.#beforeTime);
    whole(millis, common);
    common.ascii(',"ts_us":');
    whole(micros, common);
    common.ascii(',"ts_ns":');
    whole(micros, common);
    // Nanoseconds would pass 2^53.
    common.ascii(micros === 0 ? '' : '000');
    common.ascii(xid === undefined ? ',"snapshot":"true' : ',"snapshot":"false');
    common.raw(this.#beforeCommit);
    common.digits(commit);
    common.ascii('\\",\\"');
    this.#toSequence = common.length;
    common.raw(this.#beforeXid);
    if (xid === undefined) common.raw(NULL);
    else common.digits(xid);
    common.ascii(',"lsn":');
    this.#toLsn = common.length;
    common.ascii(',"xmin":null,"commit_lsn":');
    common.digits(commit);
    common.ascii('},"op":"');
    this.#toOperation = common.length;
    common.ascii('","ts_ms":');
    whole(millis, common);
    this.#toOrder = common.length;
    if (xid === undefined) common.raw(END_OF_READ);
    else {
      common.ascii(',"transaction":{"id":"');
      common.digits(xid);
      common.ascii(':');
      common.digits(commit);
      common.ascii('","total_order":');
    }
    this.#bytes = common.bytes();
  }
}

/** A number of seconds' parts, which a snapshot of before 1970 would have below zero. */
function whole(value: number, output: JsonBuffer): void {
  if (value < 0) output.ascii('-');
  output.digits(Math.abs(value));
}
