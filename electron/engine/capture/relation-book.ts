/**
 * What the server has said of relations and types, for the changes that come after it. The server keeps account of what
 * it has said, in the order in which it said it, also where the transaction that it was said in is rolled back; and so
 * does this.
 */
import { malformed } from '../decode/pgoutput/message-reader.ts';
import type { RelationMessage, TypeMessage } from '../decode/pgoutput/messages.ts';
import type { TableShape } from './change.ts';
import type { ShapeBook } from './shape-book.ts';
import { typeName, type NamedType } from './type-name.ts';

export class RelationBook {
  readonly #shapes: ShapeBook;
  readonly #types = new Map<number, NamedType>();
  readonly #relations = new Map<number, TableShape>();
  /** The last one that was asked for: changes of a relation come in rows. */
  #lastId = -1;
  #last: TableShape | undefined;

  constructor(shapes: ShapeBook) {
    this.#shapes = shapes;
  }

  /** Types come before the relation that has them. */
  addType({ id, schema, name }: TypeMessage): void {
    this.#types.set(id, { schema, name });
  }

  addRelation({ id, schema, name, identity, columns }: RelationMessage): void {
    const shape = this.#shapes.shapeOf({
      table: { schema: schema === '' ? 'pg_catalog' : schema, name },
      replicaIdentity: identity,
      columns: columns.map((column) => ({
        ...column,
        type: typeName(column.typeId, column.typeModifier, this.#types.get(column.typeId)),
      })),
    });
    this.#relations.set(id, shape);
    this.#lastId = -1;
  }

  /** @throws AppError `SLOT_MESSAGE_INVALID` for a relation that nothing was said of */
  shapeOf(id: number): TableShape {
    if (id === this.#lastId && this.#last !== undefined) return this.#last;
    const shape = this.#relations.get(id);
    if (shape === undefined) throw malformed('a change of a relation that was not described');
    this.#lastId = id;
    this.#last = shape;
    return shape;
  }
}
