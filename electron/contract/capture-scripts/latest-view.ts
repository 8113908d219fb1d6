/**
 * The current rows of a table, out of its changes: of each key the last change counts, in the order of commits. It is the same
 * SQL for all warehouses, but for how they read a line and what they call their types.
 *
 * The view of the changes has what happened (`_op`), when (`_position`: text that sorts as the history does), the
 * columns that the change has no value of (`_unchanged`), the key that the row had before (`_old_…`), and the columns as
 * text.
 */
import { columnsOf, hasKey, type CapturedColumn, type CapturedFiles } from './captured-files.ts';
import { comment, listInComment, sqlString } from '../load-scripts/quoting.ts';

/** What differs between warehouses. */
export interface LatestDialect {
  /** An identifier. */
  readonly name: (name: string) => string;
  /** What a column is called. */
  readonly columnName: (name: string) => string;
  /** A value of a line as text. @param path from the outside in */
  readonly member: (path: readonly string[]) => string;
  /** Of Parquet: a value of the row, and one of its old row, as the same text. Left out, they are members of the line. */
  readonly value?: (column: CapturedColumn) => string;
  readonly oldValue?: (field: OldField, column: CapturedColumn) => string;
  /** An array of a line as the text of its JSON. */
  readonly list: (path: readonly string[]) => string;
  /** A text as a value of the column's type. */
  readonly typed: (text: string, column: CapturedColumn) => string;
  /** Text of any length. */
  readonly text: string;
}

/** Kinds with values that no warehouse has: NaN, the infinities, years before our era. One of them would end every query. */
const UNSURE: ReadonlySet<CapturedColumn['type']['kind']> = new Set([
  'decimal',
  'date',
  'timestamp',
  'timestamptz',
]);

/** How a text becomes such a value: NULL where there is none. */
export function castOf({ kind }: CapturedColumn['type']): string {
  return UNSURE.has(kind) ? 'TRY_CAST' : 'CAST';
}

/** Where a row has what it was: the columns of its key where they have changed, or all where there is none. */
export type OldField = '_key' | '_before';

/** Digits of a position: those of a commit, and of a change within its transaction. */
const COMMIT_DIGITS = 20;
const ORDER_DIGITS = 12;
const POSITION_DIGITS = COMMIT_DIGITS + ORDER_DIGITS;

/** The columns of the view of the changes, as a SELECT list. */
export function changeColumns(files: CapturedFiles, dialect: LatestDialect): string[] {
  const { member, list, name, text } = dialect;
  const nested = files.format === 'jsonl';
  const commit = member(nested ? ['source', 'commit_lsn'] : ['_commit_lsn']);
  const order = member(nested ? ['transaction', 'total_order'] : ['_order']);
  const digits = (value: string, count: number) => `LPAD(COALESCE(${value}, '0'), ${count}, '0')`;
  const op = member([nested ? 'op' : '_op']);
  const row = nested ? enveloped(files, dialect) : plain(files, dialect, op);
  return [
    `${op} AS ${name('_op')}`,
    `${digits(commit, COMMIT_DIGITS)} || ${digits(order, ORDER_DIGITS)} AS ${name('_position')}`,
    `CAST(${list([nested ? 'unchanged' : '_unchanged'])} AS ${text}) AS ${name('_unchanged')}`,
    ...columnsOf(files).flatMap((column) => [
      `${row.value(column)} AS ${name(dialect.columnName(column.name))}`,
      ...(column.key ? [`${row.old(column)} AS ${name(oldName(dialect, column))}`] : []),
    ]),
  ];
}

interface RowValues {
  readonly value: (column: CapturedColumn) => string;
  readonly old: (column: CapturedColumn) => string;
}

function enveloped(files: CapturedFiles, { member }: LatestDialect): RowValues {
  const old = ({ name }: CapturedColumn) => member(['before', name]);
  // A deleted row has its key only in what it was.
  const keyed = hasKey(files.schema);
  return {
    value: (column) => {
      const after = member(['after', column.name]);
      return keyed && column.key ? `COALESCE(${after}, ${old(column)})` : after;
    },
    old,
  };
}

/** The row beside what happened to it: a deleted one is what it was. */
function plain(files: CapturedFiles, dialect: LatestDialect, op: string): RowValues {
  const { member, value = (column) => member([column.member]) } = dialect;
  const { oldValue = (field, column) => member([field, column.member]) } = dialect;
  const full = files.schema.replicaIdentity === 'full';
  return {
    value,
    old: (column) =>
      full
        ? `CASE WHEN ${op} = 'd' THEN ${value(column)} ELSE ${oldValue('_before', column)} END`
        : oldValue('_key', column),
  };
}

/** The SELECT of the current rows. @param changes the view of the changes, as it is written in SQL */
export function latestRows(files: CapturedFiles, changes: string, dialect: LatestDialect): string[] {
  return hasKey(files.schema) ? byKey(files, changes, dialect) : asBag(files, changes, dialect);
}

function byKey(files: CapturedFiles, changes: string, dialect: LatestDialect): string[] {
  const { name, text } = dialect;
  const columns = columnsOf(files);
  const keys = columns.filter(({ key }) => key);
  const of = (column: CapturedColumn) => name(dialect.columnName(column.name));
  const old = (column: CapturedColumn) => name(oldName(dialect, column));
  const [position, op, unchanged] = [name('_position'), name('_op'), name('_unchanged')];
  const moved = `${op} = 'u' AND (${keys.map((key) => `${old(key)} <> ${of(key)}`).join(' OR ')})`;
  const partition = `PARTITION BY ${keys.map(of).join(', ')}`;
  const sparse = columns.filter((column) => column.sparse);
  const isThere = (column: CapturedColumn) =>
    `(${unchanged} IS NULL OR POSITION(${sqlString(JSON.stringify(column.name))} IN ${unchanged}) = 0)`;
  // The latest value that is known, and when: texts sort by the position that they begin with.
  const lastKnown = (column: CapturedColumn, i: number) =>
    `    MAX(CASE WHEN ${isThere(column)} THEN ${position} || COALESCE('1' || ${of(column)}, '0') END) OVER (${partition}) AS ${name(`_known_${i}`)}`;
  const isKnown = (i: number) =>
    `SUBSTR(${name(`_known_${i}`)}, 1, ${POSITION_DIGITS}) >= ${name('_arrived')}`;
  const valueOf = (column: CapturedColumn) => {
    const i = sparse.indexOf(column);
    if (i < 0) return of(column);
    const known = name(`_known_${i}`);
    return `CASE WHEN ${isKnown(i)} AND SUBSTR(${known}, ${POSITION_DIGITS + 1}, 1) = '1' THEN SUBSTR(${known}, ${POSITION_DIGITS + 2}) END`;
  };
  const nulls = columns.filter(({ key }) => !key).map((column) => `CAST(NULL AS ${text}) AS ${of(column)}`);
  return [
    'WITH counted AS (',
    `  SELECT * FROM ${changes}`,
    `  WHERE ${position} >= ${sqlString(files.fromLsn.padStart(COMMIT_DIGITS, '0'))}`,
    `    AND ${position} > (SELECT COALESCE(MAX(${position}), '') FROM ${changes} WHERE ${op} = 't')`,
    '), events AS (',
    // What an update has moved to another key is gone from where it was.
    `  SELECT ${[...keys.map(of), ...columns.filter(({ key }) => !key).map(of)].join(', ')}, ${position}, ${unchanged},`,
    `    ${op} = 'd' AS ${name('_gone')}, CASE WHEN ${op} IN ('c', 'r') OR (${moved}) THEN ${position} END AS ${name('_arrival')}`,
    '  FROM counted',
    '  UNION ALL',
    `  SELECT ${[...keys.map((key) => `${old(key)} AS ${of(key)}`), ...nulls].join(', ')}, ${position}, ${unchanged},`,
    `    TRUE AS ${name('_gone')}, CAST(NULL AS ${text}) AS ${name('_arrival')}`,
    `  FROM counted WHERE ${moved}`,
    '), ranked AS (',
    '  SELECT *,',
    `    ROW_NUMBER() OVER (${partition} ORDER BY ${position} DESC) AS ${name('_rank')},`,
    [
      `    COALESCE(MAX(${name('_arrival')}) OVER (${partition}), '') AS ${name('_arrived')}`,
      ...sparse.map(lastKnown),
    ].join(',\n'),
    '  FROM events',
    ')',
    'SELECT',
    [
      ...columns.map((column) => `  ${dialect.typed(valueOf(column), column)} AS ${of(column)}`),
      ...(sparse.length === 0
        ? []
        : [
            `  ${sparse.map((column, i) => `CASE WHEN ${isKnown(i)} THEN '' ELSE ${sqlString(`${column.name} `)} END`).join(' || ')} AS ${name('_unknown')}`,
          ]),
    ].join(',\n'),
    'FROM ranked',
    `WHERE ${name('_rank')} = 1 AND NOT ${name('_gone')};`,
  ];
}

/** Rows without a key, with the number of times that each is there. */
function asBag(files: CapturedFiles, changes: string, dialect: LatestDialect): string[] {
  const { name } = dialect;
  const columns = columnsOf(files);
  const of = (column: CapturedColumn) => name(dialect.columnName(column.name));
  const old = (column: CapturedColumn) => name(oldName(dialect, column));
  const [position, op] = [name('_position'), name('_op')];
  const full = files.schema.replicaIdentity === 'full';
  return [
    'WITH counted AS (',
    `  SELECT * FROM ${changes}`,
    `  WHERE ${position} >= ${sqlString(files.fromLsn.padStart(COMMIT_DIGITS, '0'))}`,
    `    AND ${position} > (SELECT COALESCE(MAX(${position}), '') FROM ${changes} WHERE ${op} = 't')`,
    '), events AS (',
    `  SELECT ${columns.map(of).join(', ')}, 1 AS ${name('_n')} FROM counted WHERE ${op} IN ('c', 'r', 'u')`,
    ...(full
      ? [
          '  UNION ALL',
          `  SELECT ${columns.map((column) => `${old(column)} AS ${of(column)}`).join(', ')}, -1 AS ${name('_n')} FROM counted WHERE ${op} IN ('u', 'd')`,
        ]
      : []),
    ')',
    'SELECT',
    [
      ...columns.map((column) => `  ${dialect.typed(of(column), column)} AS ${of(column)}`),
      `  SUM(${name('_n')}) AS ${name('_copies')}`,
    ].join(',\n'),
    'FROM events',
    `GROUP BY ${columns.map(of).join(', ')}`,
    `HAVING SUM(${name('_n')}) > 0;`,
  ];
}

function oldName(dialect: LatestDialect, { name }: CapturedColumn): string {
  return `_old_${dialect.columnName(name)}`;
}

/** What the comments at the head say, for all warehouses. */
export function latestNotes(files: CapturedFiles): string[] {
  const sparse = columnsOf(files).filter((column) => column.sparse);
  const keyed = hasKey(files.schema);
  return [
    ...(keyed && sparse.length > 0
      ? [
          `An update that leaves a large value as it is does not carry it: for ${listInComment(sparse.map(({ name }) => name))} the view takes the last value that the row was given. Where an update moved the row to another key without it, _unknown names the column.`,
        ]
      : []),
    ...(keyed
      ? []
      : [
          'The table has no key: _copies says how often a row is there. Rows that are the same but for a column which was added in between are taken for different ones.',
        ]),
    ...(columnsOf(files).some(({ type }) => UNSURE.has(type.kind))
      ? ['What a type does not have here, such as NaN of a decimal, is NULL.']
      : []),
    'Made for the columns and the snapshot that the table has now: make it anew when they change.',
  ];
}

export function titleOf(warehouse: string, { job, schema, objects }: CapturedFiles): string {
  const { table } = schema;
  const count = objects.length === 1 ? 'one object' : `${objects.length} objects`;
  return `${warehouse}: the changes of ${JSON.stringify(`${table.schema}.${table.name}`)} in ${count} of the capture ${JSON.stringify(job)}, and the rows that they come to.`;
}

export function headOf(warehouse: string, files: CapturedFiles, notes: readonly string[]): string {
  return comment('--', [titleOf(warehouse, files), ...notes, ...latestNotes(files)]);
}

/**
 * The view of the changes over a table of their files, and the view of the current rows.
 * @param source name of the table of the files, quoted
 * @param table what the views are called
 */
export function viewsOver(
  files: CapturedFiles,
  source: string,
  dialect: LatestDialect,
  table = files.schema.table.name,
): string[] {
  const changes = dialect.name(`${table}_changes`);
  return [
    `CREATE OR REPLACE VIEW ${changes} AS`,
    // What a compaction has merged is there twice.
    'SELECT DISTINCT',
    changeColumns(files, dialect)
      .map((column) => `  ${column}`)
      .join(',\n'),
    `FROM ${source};`,
    '',
    `CREATE OR REPLACE VIEW ${dialect.name(table)} AS`,
    ...latestRows(files, changes, dialect),
  ];
}
