/**
 * What the server has said of relations and types, for the changes that come after it. The server keeps account of what
 * it has said, in the order in which it said it, also where the transaction that it was said in is rolled back in part;
 * and so does this. A transaction that was sent while it ran is looked at when it is committed: what it says has arrived
 * earlier than what others have said since, and does not replace that.
 */
import { malformed } from '../decode/pgoutput/message-reader.ts';
import type { RelationMessage, TypeMessage } from '../decode/pgoutput/messages.ts';
import type { TableShape } from './change.ts';
import { SeenLeaves } from './seen-leaves.ts';
import type { ShapeBook } from './shape-book.ts';
import { typeName, type NamedType } from './type-name.ts';

/** Something that was said, with its number in the order of arrival. */
interface Said<T> {
  readonly arrival: number;
  readonly value: T;
}

export class RelationBook {
  readonly leaves = new SeenLeaves();
  readonly #shapes: ShapeBook;
  readonly #types: Map<number, Said<NamedType>>;
  readonly #relations: Map<number, Said<TableShape>>;
  /** The last one that was asked for: changes of a relation come in rows. */
  #lastId = -1;
  #last: TableShape | undefined;

  /** @param known a book whose knowledge it begins with */
  constructor(shapes: ShapeBook, known?: RelationBook) {
    this.#shapes = shapes;
    this.#types = new Map(known === undefined ? [] : known.#types);
    this.#relations = new Map(known === undefined ? [] : known.#relations);
  }

  /** Types come before the relation that has them. */
  add(message: TypeMessage | RelationMessage, arrival: number): void {
    this.leaves.see(message, arrival);
    if (message.kind === 'type') {
      const { id, schema, name } = message;
      if (isNews(this.#types.get(id), arrival)) this.#types.set(id, { arrival, value: { schema, name } });
    } else if (isNews(this.#relations.get(message.id), arrival)) {
      this.#relations.set(message.id, { arrival, value: this.#describe(message) });
      this.#lastId = -1;
    }
  }

  /** @throws AppError `SLOT_MESSAGE_INVALID` for a relation that nothing was said of */
  shapeOf(id: number): TableShape {
    if (id === this.#lastId && this.#last !== undefined) return this.#last;
    const shape = this.#relations.get(id)?.value;
    if (shape === undefined) throw malformed('a change of a relation that was not described');
    this.#lastId = id;
    this.#last = shape;
    return shape;
  }

  #describe({ schema, name, identity, columns }: RelationMessage): TableShape {
    return this.#shapes.shapeOf({
      table: { schema: schema === '' ? 'pg_catalog' : schema, name },
      replicaIdentity: identity,
      columns: columns.map((column) => ({
        ...column,
        type: typeName(column.typeId, column.typeModifier, this.#types.get(column.typeId)?.value),
      })),
    });
  }
}

function isNews(known: Said<unknown> | undefined, arrival: number): boolean {
  return known === undefined || known.arrival < arrival;
}
