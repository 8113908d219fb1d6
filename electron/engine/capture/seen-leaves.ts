/**
 * Partitions whose changes have come. The stream names the root in their place, but the server describes the partition too, right
 * behind its root, before its first change: `maybe_send_schema` in
 * https://github.com/postgres/postgres/blob/master/src/backend/replication/pgoutput/pgoutput.c
 * One that has come and gone between two looks at the catalogue has left no other trace than its rows.
 */
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { RelationMessage, TypeMessage } from '../decode/pgoutput/messages.ts';

export interface SeenLeaf {
  readonly oid: string;
  /** Its own name. Of a table that is published itself: it was described behind another one by chance. */
  readonly name: CapturedTable;
  readonly root: CapturedTable;
}

export class SeenLeaves {
  #arrival = -1;
  #before: CapturedTable | undefined;
  #seen: SeenLeaf[] = [];

  /** @param arrival the number of the message among all */
  see(message: RelationMessage | TypeMessage, arrival: number): void {
    const follows = arrival === this.#arrival + 1;
    this.#arrival = arrival;
    if (!follows) this.#before = undefined;
    // Types are described between the two.
    if (message.kind === 'type') return;
    const name = { schema: message.schema, name: message.name };
    if (this.#before !== undefined) this.#seen.push({ oid: String(message.id), name, root: this.#before });
    this.#before = name;
  }

  /** Those since the last time. */
  take(): readonly SeenLeaf[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }
}
