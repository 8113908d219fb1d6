/** The list of relations as lines: schemas, their relations, and partitions under the table that they belong to. */
import type { Relation } from '../../../electron/contract/relation.ts';

export type TreeLine =
  | { readonly kind: 'schema'; readonly schema: string; readonly count: number; readonly open: boolean }
  | {
      readonly kind: 'relation';
      readonly relation: Relation;
      readonly depth: number;
      /** Number of partitions directly below. */
      readonly partitions: number;
      readonly open: boolean;
    };

export interface TreeOptions {
  /** Only relations whose `schema.name` contains it; schemas and parents of what is found are shown as well. */
  readonly filter: string;
  /** Keys of schemas that are closed and of parents that are open, see {@link lineKey}. */
  readonly toggled: ReadonlySet<string>;
}

/** Names a line, over changes of the list. */
export function lineKey(line: TreeLine): string {
  return line.kind === 'schema' ? `schema ${line.schema}` : relationKey(line.relation);
}

export function relationKey(relation: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([relation.schema, relation.name]);
}

/** Schemas in alphabetical order, and so are the relations in them; closed ones take one line. */
export function treeLines(relations: readonly Relation[], options: TreeOptions): readonly TreeLine[] {
  const filter = options.filter.trim().toLowerCase();
  const index = indexOf(relations);
  const shown = filter === '' ? undefined : matching(relations, index, filter);
  const lines: TreeLine[] = [];
  const add = (relation: Relation, depth: number) => {
    if (shown?.has(relation) === false) return;
    const key = relationKey(relation);
    const children = index.children.get(key) ?? [];
    // While a filter is set, what it has found below must not be hidden.
    const found = shown !== undefined && children.some((child) => shown.has(child));
    const open = found || options.toggled.has(key);
    lines.push({ kind: 'relation', relation, depth, partitions: children.length, open });
    if (open) for (const child of children) add(child, depth + 1);
  };
  for (const [schema, roots] of index.roots) {
    const visible = shown === undefined ? roots : roots.filter((relation) => shown.has(relation));
    if (visible.length === 0) continue;
    const open = shown !== undefined || !options.toggled.has(`schema ${schema}`);
    lines.push({ kind: 'schema', schema, count: visible.length, open });
    if (open) for (const relation of visible) add(relation, 0);
  }
  return lines;
}

interface RelationIndex {
  readonly roots: ReadonlyMap<string, readonly Relation[]>;
  readonly children: ReadonlyMap<string, readonly Relation[]>;
  readonly parentOf: ReadonlyMap<Relation, Relation>;
}

const collator = new Intl.Collator('en', { numeric: true });

function indexOf(relations: readonly Relation[]): RelationIndex {
  const byKey = new Map(relations.map((relation) => [relationKey(relation), relation]));
  const byQualifiedName = new Map(
    relations.map((relation) => [`${relation.schema}.${relation.name}`, relation]),
  );
  const sorted = [...relations].sort(
    (a, b) => collator.compare(a.schema, b.schema) || collator.compare(a.name, b.name),
  );
  const roots = new Map<string, Relation[]>();
  const children = new Map<string, Relation[]>();
  const parentOf = new Map<Relation, Relation>();
  for (const relation of sorted) {
    const { schema, partitionOf } = relation;
    const parent =
      partitionOf === null
        ? undefined
        : (byKey.get(relationKey({ schema, name: partitionOf })) ?? byQualifiedName.get(partitionOf));
    if (parent === undefined) push(roots, schema, relation);
    else {
      push(children, relationKey(parent), relation);
      parentOf.set(relation, parent);
    }
  }
  return { roots, children, parentOf };
}

function matching(relations: readonly Relation[], index: RelationIndex, filter: string): Set<Relation> {
  const shown = new Set<Relation>();
  for (const relation of relations) {
    if (!`${relation.schema}.${relation.name}`.toLowerCase().includes(filter)) continue;
    let each: Relation | undefined = relation;
    while (each !== undefined && !shown.has(each)) {
      shown.add(each);
      each = index.parentOf.get(each);
    }
  }
  return shown;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
