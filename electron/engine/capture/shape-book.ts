import { createHash } from 'node:crypto';
import type { CaptureSchemaFile } from '../../contract/capture-log.ts';
import type { TableShape } from './change.ts';

/** Gives one object for all versions of a table that have the same content, so that shapes are compared by identity. */
export class ShapeBook {
  readonly #shapes = new Map<string, TableShape>();

  /** The members of the file are written in the order of the schema, whatever their order is here. */
  shapeOf({ table, replicaIdentity, columns }: Omit<CaptureSchemaFile, 'version'>): TableShape {
    const file: CaptureSchemaFile = {
      version: 1,
      table: { schema: table.schema, name: table.name },
      replicaIdentity,
      columns: columns.map(({ name, type, typeId, typeModifier, key }) => ({
        name,
        type,
        typeId,
        typeModifier,
        key,
      })),
    };
    const digest = createHash('sha256').update(JSON.stringify(file)).digest('hex');
    const known = this.#shapes.get(digest);
    if (known !== undefined) return known;
    const shape = { file, digest };
    this.#shapes.set(digest, shape);
    return shape;
  }
}
