/**
 * The law of a capture: acked <= durable <= decoded commit <= received. Every mark only goes forward. A capture that
 * breaks it would lose changes without a trace, so it is asserted with each move and not only in tests.
 */
export class ProgressMarks {
  #received: bigint;
  #decoded: bigint;
  #durable: bigint;
  #acked: bigint;

  /** @param start where the checkpoint says that everything is durable */
  constructor(start: bigint) {
    this.#received = this.#decoded = this.#durable = this.#acked = start;
  }

  /** The end of the last bytes that came, or what a keepalive said. */
  get received(): bigint {
    return this.#received;
  }

  /** The end of the last transaction that was decoded as a whole. */
  get decoded(): bigint {
    return this.#decoded;
  }

  /** Up to here everything is at the destination, and the checkpoint says so. */
  get durable(): bigint {
    return this.#durable;
  }

  /** What the slot was told. */
  get acked(): bigint {
    return this.#acked;
  }

  receive(lsn: bigint): void {
    if (lsn > this.#received) this.#received = lsn;
  }

  /** @throws RangeError for a commit that has not been received */
  decode(lsn: bigint): void {
    if (lsn > this.#received) throw broken('decoded', lsn, 'received', this.#received);
    if (lsn > this.#decoded) this.#decoded = lsn;
  }

  /** @throws RangeError for what has not been decoded up to a commit */
  store(lsn: bigint): void {
    if (lsn > this.#decoded) throw broken('durable', lsn, 'decoded', this.#decoded);
    if (lsn > this.#durable) this.#durable = lsn;
  }

  /** @throws RangeError for what is not durable */
  ack(lsn: bigint): void {
    if (lsn > this.#durable) throw broken('acked', lsn, 'durable', this.#durable);
    if (lsn > this.#acked) this.#acked = lsn;
  }
}

function broken(mark: string, lsn: bigint, limit: string, at: bigint): RangeError {
  return new RangeError(`the mark "${mark}" must not go to ${lsn}: "${limit}" is at ${at}`);
}
