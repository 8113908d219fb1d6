/** Tables of every replica identity and all types, and what happens to them, for captures that are read back. */
import { OWN_TYPES, TYPES } from '../../captures/value-pool.ts';

/** Bytes that do not lie in the row, and differ from row to row. */
const LARGE = `(SELECT string_agg(md5(i::text || n::text), '') FROM generate_series(1, 200) AS n)`;

const ALL = Object.keys(TYPES);
const own = ALL.map((type, at) => `c${at} ${type}`).join(', ');

/** Each has the value of its type that a row's number chooses; every fifth row has NULLs. */
function valuesOf(shift: number): string {
  return ALL.map((type, at) => {
    const values = TYPES[type] ?? [];
    const cases = values.map((value, i) => `WHEN ${i} THEN ${value}::${type}`).join(' ');
    return `CASE WHEN (i + ${at + shift}) % 5 = 0 THEN NULL ELSE CASE (i + ${shift}) % ${values.length} ${cases} END END`;
  }).join(', ');
}

/** Whose rows are told apart by a key. */
export const KEYED = ['By Key', 'by_index', 'parts', 'altered', 'emptied'] as const;
/** Whose rows are told apart by all that they have. */
export const WHOLE = ['whole', 'keyless', 'whole_altered'] as const;
export const CAPTURED = [...KEYED, ...WHOLE];

const columns = 'note text, "_price" numeric(12,2), at timestamptz, flag boolean, f8 float8, large text';

const rowOf = (shift: number) =>
  `'note ' || i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' ELSE i * 1.25 END, CASE i % 3 WHEN 0 THEN 'infinity'::timestamptz ELSE '2026-01-02 03:04:05.678901+02'::timestamptz + i * interval '1 day' END, i % 2 = 0, i / 7.0::float8, ${LARGE}, ${valuesOf(shift)}`;

export const MAKE_TABLES = `
  ${OWN_TYPES};
  CREATE TABLE "By Key" (id int PRIMARY KEY, ${columns}, ${own});
  CREATE TABLE by_index (id int NOT NULL, ${columns}, ${own});
  CREATE UNIQUE INDEX by_index_id ON by_index (id);
  ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id;
  CREATE TABLE parts (id int PRIMARY KEY, ${columns}, ${own}) PARTITION BY HASH (id);
  CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE altered (id int PRIMARY KEY, ${columns}, ${own});
  CREATE TABLE emptied (id int PRIMARY KEY, ${columns}, ${own});
  CREATE TABLE whole (id int UNIQUE, ${columns}, ${own});
  CREATE TABLE keyless (id int, ${columns}, ${own});
  CREATE TABLE whole_altered (id int, ${columns}, ${own});
  ALTER TABLE whole REPLICA IDENTITY FULL;
  ALTER TABLE keyless REPLICA IDENTITY FULL;
  ALTER TABLE whole_altered REPLICA IDENTITY FULL;
  ${['"By Key"', 'by_index', 'parts_0', 'parts_1', 'altered', 'emptied', 'whole', 'keyless', 'whole_altered']
    .map((name) => `ALTER TABLE ${name} ALTER large SET STORAGE EXTERNAL;`)
    .join('\n')}
  ${CAPTURED.map((name) => `INSERT INTO "${name}" SELECT i, ${rowOf(0)} FROM generate_series(1, 12) AS i;`).join('\n')}
  INSERT INTO keyless SELECT * FROM keyless WHERE id < 5;`;

/** One of each kind of change of each table, in transactions of their own and in shared ones. */
export const CHANGE_TABLES = [
  ...CAPTURED.flatMap((name) => [
    `BEGIN; INSERT INTO "${name}" SELECT i, ${rowOf(1)} FROM generate_series(21, 26) AS i; UPDATE "${name}" SET note = note || '!' WHERE id = 22; COMMIT`,
    // The large value is not in the WAL: once where it stays in its row, once where the row gets another key.
    `UPDATE "${name}" SET note = note || '?', "_price" = 7.5 WHERE id BETWEEN 3 AND 6`,
    `UPDATE "${name}" SET id = id + 100 WHERE id = 7`,
    `UPDATE "${name}" SET id = id + 100, large = md5('new') WHERE id = 8`,
    `UPDATE "${name}" SET (${ALL.map((_, at) => `c${at}`).join(', ')}) = (SELECT ${valuesOf(2)} FROM (SELECT "${name}".id AS i) AS q) WHERE id IN (1, 9, 10)`,
    `BEGIN; DELETE FROM "${name}" WHERE id = 2; SAVEPOINT a; DELETE FROM "${name}" WHERE id = 3; ROLLBACK TO a; COMMIT`,
  ]),
  // One of several rows that are the same.
  `DELETE FROM keyless WHERE ctid = (SELECT ctid FROM keyless WHERE id = 1 LIMIT 1)`,
  `BEGIN; TRUNCATE emptied; INSERT INTO emptied SELECT i, ${rowOf(3)} FROM generate_series(1, 3) AS i; COMMIT`,
  ...['altered', 'whole_altered'].flatMap((name) => [
    `ALTER TABLE ${name} ADD COLUMN added int DEFAULT 5`,
    `UPDATE ${name} SET added = id WHERE id < 5`,
    `ALTER TABLE ${name} RENAME COLUMN note TO remark`,
    `UPDATE ${name} SET remark = remark || '.'`,
    `ALTER TABLE ${name} ALTER COLUMN added TYPE text`,
    `UPDATE ${name} SET added = added || 'x' WHERE id = 4`,
    `ALTER TABLE ${name} DROP COLUMN flag`,
    `ALTER TABLE ${name} ADD COLUMN flag text`,
    `UPDATE ${name} SET flag = 'yes' WHERE id > 9`,
    // Rows show what DDL has made of them when they are written.
    `UPDATE ${name} SET f8 = f8 + 1`,
    `DELETE FROM ${name} WHERE id = 5`,
  ]),
];
