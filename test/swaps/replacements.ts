/** The ways in which what a name stands for is emptied, loaded, rewritten and exchanged. Each leaves other rows, or the same. */
import type { Random } from '../harness/random.ts';
import { BUCKETS, COLUMNS, type Shape } from './scene.ts';

/** SQL of one transaction, in two parts: between them the transaction stays open, with its locks. */
export interface Replacement {
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** Runs before, in transactions of its own: what is there, and empty, long before it is exchanged. */
  readonly before?: (gen: number) => string;
  readonly sql: (gen: number, random: Random) => string;
  /** Cannot run in a transaction block. */
  readonly alone?: boolean;
}

const rows = (gen: number, random: Random, where = 'true') =>
  `SELECT id, ${gen}, id % ${BUCKETS} FROM generate_series(1, ${random.below(300)}) AS id WHERE ${where}`;

const GRANT = (table: string) => `GRANT SELECT (id, gen, bucket) ON ${table} TO PUBLIC`;

export const REPLACEMENTS: readonly Replacement[] = [
  {
    name: 'TRUNCATE and load',
    shapes: ['table', 'partitioned', 'inherited'],
    sql: (gen, random) => `TRUNCATE t; INSERT INTO t ${rows(gen, random)}`,
  },
  {
    name: 'DROP and CREATE AS',
    shapes: ['table'],
    sql: (gen, random) =>
      `DROP TABLE t; CREATE TABLE t AS ${rows(gen, random)
        .replace('id,', 'id AS id,')
        .replace(`${gen},`, `${gen} AS gen,`)
        .replace(/id % (\d+)/, 'id % $1 AS bucket')}; ${GRANT('t')}`,
  },
  {
    name: 'the rename swap',
    shapes: ['table'],
    before: (gen) => `CREATE TABLE n${gen} (${COLUMNS}); ${GRANT(`n${gen}`)}`,
    sql: (gen, random) =>
      `INSERT INTO n${gen} ${rows(gen, random)}; ALTER TABLE t RENAME TO o${gen}; ALTER TABLE n${gen} RENAME TO t`,
  },
  {
    name: 'a schema exchanged',
    shapes: ['table'],
    before: (gen) => `CREATE SCHEMA s${gen}; CREATE TABLE s${gen}.t (${COLUMNS}); ${GRANT(`s${gen}.t`)}`,
    sql: (gen, random) =>
      `INSERT INTO s${gen}.t ${rows(gen, random)}; ALTER TABLE t RENAME TO o${gen}; ALTER TABLE s${gen}.t SET SCHEMA public`,
  },
  {
    name: 'ALTER TYPE',
    shapes: ['table', 'inherited'],
    sql: (gen) => `ALTER TABLE t ALTER COLUMN gen TYPE ${gen % 2 === 0 ? 'int' : 'bigint'}`,
  },
  {
    name: 'DELETE and load',
    shapes: ['table', 'partitioned', 'inherited'],
    sql: (gen, random) => `DELETE FROM t WHERE id % 2 = 0; INSERT INTO t ${rows(gen, random)}`,
  },
  {
    name: 'VACUUM FULL',
    shapes: ['table', 'partitioned', 'inherited'],
    sql: () => 'VACUUM FULL t',
    alone: true,
  },
  {
    name: 'CLUSTER',
    shapes: ['table'],
    before: (gen) => `CREATE INDEX c${gen} ON t (bucket, id)`,
    sql: (gen) => `CLUSTER t USING c${gen}`,
    alone: true,
  },
  {
    name: 'a leaf exchanged',
    shapes: ['partitioned'],
    before: (gen) => `CREATE TABLE n${gen} (${COLUMNS})`,
    sql: (gen, random) => {
      const bucket = random.below(BUCKETS);
      return `INSERT INTO n${gen} ${rows(gen, random, `id % ${BUCKETS} = ${bucket}`)};
        DO $$ DECLARE leaf regclass; BEGIN
          SELECT inhrelid INTO leaf FROM pg_inherits JOIN pg_class ON oid = inhrelid
           WHERE inhparent = 't'::regclass AND pg_get_expr(relpartbound, oid) LIKE '%(${bucket})%';
          IF leaf IS NOT NULL THEN EXECUTE format('ALTER TABLE t DETACH PARTITION %s', leaf); END IF;
        END $$;
        ALTER TABLE t ATTACH PARTITION n${gen} FOR VALUES IN (${bucket})`;
    },
  },
  {
    name: 'a leaf loaded and attached',
    shapes: ['partitioned'],
    before: (gen) => `CREATE TABLE n${gen} (${COLUMNS})`,
    sql: (gen, random) =>
      `INSERT INTO n${gen} SELECT id, ${gen}, ${gen + BUCKETS} FROM generate_series(1, ${random.below(50)}) AS id;
       ALTER TABLE t ATTACH PARTITION n${gen} FOR VALUES IN (${gen + BUCKETS})`,
  },
  {
    name: 'a leaf emptied and loaded',
    shapes: ['partitioned'],
    sql: (gen, random) =>
      `DO $$ DECLARE leaf regclass; BEGIN
         SELECT inhrelid INTO leaf FROM pg_inherits WHERE inhparent = 't'::regclass ORDER BY random() LIMIT 1;
         EXECUTE format('CREATE TEMP TABLE b ON COMMIT DROP AS SELECT bucket FROM %s LIMIT 1', leaf);
         EXECUTE format('TRUNCATE %s', leaf);
       END $$;
       INSERT INTO t SELECT id, ${gen}, bucket FROM b, generate_series(1, ${random.below(100)}) AS id`,
  },
  {
    name: 'a child loaded and inherited',
    shapes: ['inherited'],
    before: (gen) => `CREATE TABLE n${gen} (LIKE t)`,
    sql: (gen, random) => `INSERT INTO n${gen} ${rows(gen, random)}; ALTER TABLE n${gen} INHERIT t`,
  },
  {
    name: 'a child let go',
    shapes: ['inherited'],
    sql: () =>
      `DO $$ DECLARE child regclass; BEGIN
         SELECT inhrelid INTO child FROM pg_inherits WHERE inhparent = 't'::regclass ORDER BY random() LIMIT 1;
         IF child IS NOT NULL THEN EXECUTE format('LOCK TABLE t; ALTER TABLE %s NO INHERIT t', child); END IF;
       END $$`,
  },
  {
    name: 'REFRESH MATERIALIZED VIEW',
    shapes: ['materialized'],
    sql: (gen, random) => `TRUNCATE base; INSERT INTO base ${rows(gen, random)}; REFRESH MATERIALIZED VIEW t`,
  },
  {
    name: 'REFRESH MATERIALIZED VIEW CONCURRENTLY',
    shapes: ['materialized'],
    sql: (gen, random) =>
      `DELETE FROM base WHERE id % 3 = 0; INSERT INTO base ${rows(gen, random)}; REFRESH MATERIALIZED VIEW CONCURRENTLY t`,
  },
  {
    name: 'TRUNCATE and load behind a view',
    shapes: ['view'],
    sql: (gen, random) => `TRUNCATE base; INSERT INTO base ${rows(gen, random)}`,
  },
  {
    name: 'a view over another table',
    shapes: ['view'],
    before: (gen) => `CREATE TABLE n${gen} (${COLUMNS})`,
    sql: (gen, random) =>
      `INSERT INTO n${gen} ${rows(gen, random)}; CREATE OR REPLACE VIEW t AS SELECT id, gen, bucket FROM n${gen};
       ALTER TABLE base RENAME TO o${gen}; ALTER TABLE n${gen} RENAME TO base`,
  },
  {
    name: 'the rename swap behind a view',
    shapes: ['view'],
    before: (gen) =>
      `CREATE TABLE n${gen} (${COLUMNS}); CREATE VIEW v${gen} AS SELECT * FROM n${gen}; ${GRANT(`v${gen}`)}`,
    sql: (gen, random) =>
      `INSERT INTO n${gen} ${rows(gen, random)}; ALTER VIEW t RENAME TO w${gen}; ALTER VIEW v${gen} RENAME TO t;
       ALTER TABLE base RENAME TO o${gen}; ALTER TABLE n${gen} RENAME TO base`,
  },
];
