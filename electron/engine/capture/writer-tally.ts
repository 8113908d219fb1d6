import type { LoggedObject } from '../../contract/capture-log.ts';
import type { EndedRoll } from './roll-publisher.ts';

/** What a writer has done since it began. Counts, for people. */
export class WriterTally {
  #changes = 0;
  #transactions = 0;
  #objects = 0;
  #bytes = 0;
  #rowsRead = 0;

  /** Changes of transactions that were committed, whether or not they are durable. */
  get changes(): number {
    return this.#changes;
  }

  get transactions(): number {
    return this.#transactions;
  }

  /** In the log. */
  get objects(): number {
    return this.#objects;
  }

  /** Of these objects, compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Rows that snapshots have written, whether or not they are durable. */
  get rowsRead(): number {
    return this.#rowsRead;
  }

  committed(changes: number): void {
    this.#transactions++;
    this.#changes += changes;
  }

  read(rows: number): void {
    this.#rowsRead += rows;
  }

  published(_: EndedRoll, objects: readonly LoggedObject[]): void {
    this.#objects += objects.length;
    for (const { bytes } of objects) this.#bytes += bytes;
  }
}
