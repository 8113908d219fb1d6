/**
 * Finds the names in a statement that the server looks up along the search_path: functions, operators, types and tables
 * without a schema. By Postgres's own parser, so that nothing that it would read is missed.
 */
import { parse } from 'libpg-query';

/** A node of the raw parse tree, as the parser writes it: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/nodes/parsenodes.h */
type Node = Readonly<Record<string, unknown>>;

/**
 * The names, each with its kind: `function lower`, `operator =`, `type text`, `table pg_class`. None for a statement that the
 * server reads in one way only, whatever the search_path is.
 * @throws Error for a statement that Postgres would not read
 */
export async function unqualifiedNames(sql: string): Promise<readonly string[]> {
  const tree: unknown = await parse(sql);
  const found = new Set<string>();
  walk(tree, new Set(), found);
  return [...found].toSorted();
}

/** @param known names of common table expressions, which are no tables */
function walk(value: unknown, known: ReadonlySet<string>, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, known, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const inside = withCommonTables(node, known);
  for (const [kind, child] of Object.entries(node)) {
    // The value of an option (`publish_generated_columns = stored`) is read as a type, and is none.
    if (kind === 'DefElem') continue;
    if (typeof child === 'object' && child !== null && !Array.isArray(child))
      look(kind, child as Node, inside, found);
    walk(child, inside, found);
  }
}

function withCommonTables(node: Node, known: ReadonlySet<string>): ReadonlySet<string> {
  const ctes = (node['withClause'] as Node | undefined)?.['ctes'] as readonly Node[] | undefined;
  if (ctes === undefined) return known;
  const names = ctes.map((cte) => String((cte['CommonTableExpr'] as Node)['ctename']));
  return new Set([...known, ...names]);
}

function look(kind: string, node: Node, known: ReadonlySet<string>, found: Set<string>): void {
  switch (kind) {
    case 'FuncCall':
      addSingle('function', node['funcname'], found);
      break;
    case 'A_Expr':
      // NULLIF, IN, BETWEEN and the rest have the name of their operator here, too.
      addSingle('operator', node['name'], found);
      break;
    case 'SubLink':
      // `x = ANY (SELECT …)`; `x IN (SELECT …)` has no name at all, and is an equal sign.
      if (node['subLinkType'] === 'ANY_SUBLINK' || node['subLinkType'] === 'ALL_SUBLINK')
        addSingle('operator', node['operName'] ?? [{ String: { sval: 'IN' } }], found);
      break;
    case 'typeName':
    case 'TypeName':
      addSingle('type', node['names'], found);
      break;
    case 'RangeVar':
    case 'relation':
      if (node['schemaname'] === undefined && !known.has(String(node['relname'])))
        found.add(`table ${String(node['relname'])}`);
      break;
    case 'CaseExpr':
      if (node['arg'] !== undefined) found.add('operator of CASE … WHEN');
      break;
    case 'JoinExpr':
      if (node['usingClause'] !== undefined) found.add('operator of JOIN … USING');
      if (node['isNatural'] === true) found.add('operator of NATURAL JOIN');
      break;
    case 'SortBy':
      if (node['useOp'] !== undefined) addSingle('operator', node['useOp'], found);
      break;
  }
}

function addSingle(kind: string, names: unknown, found: Set<string>): void {
  if (!Array.isArray(names) || names.length !== 1) return;
  const [name] = names as readonly Node[];
  found.add(`${kind} ${String((name?.['String'] as Node | undefined)?.['sval'])}`);
}

/**
 * What a statement names in pg_catalog, each with its kind as above: what a schema in front of pg_catalog could shadow.
 * @throws Error for a statement that Postgres would not read
 */
export async function catalogNames(sql: string): Promise<readonly string[]> {
  const found = new Set<string>();
  collect(await parse(sql), found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [kind, child] of Object.entries(value)) {
    const node = child as Node;
    if (kind === 'FuncCall') addLast('function', node['funcname'], found);
    if (kind === 'A_Expr') addLast('operator', node['name'], found);
    if (kind === 'typeName' || kind === 'TypeName') addLast('type', node['names'], found);
    if (kind === 'RangeVar' && node['schemaname'] === 'pg_catalog')
      found.add(`table ${String(node['relname'])}`);
    collect(child, found);
  }
}

function addLast(kind: string, names: unknown, found: Set<string>): void {
  if (!Array.isArray(names) || names.length !== 2) return;
  const [schema, name] = (names as readonly Node[]).map((node) => String((node['String'] as Node)['sval']));
  if (schema === 'pg_catalog') found.add(`${kind} ${name}`);
}
