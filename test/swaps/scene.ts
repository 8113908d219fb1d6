/** The tables of a round: one that is read, under the name `t`, and what its replacers need beside it. */
import type { Client } from 'pg';
import type { Random } from '../harness/random.ts';

/** What `t` is. */
export const SHAPES = ['table', 'partitioned', 'inherited', 'materialized', 'view'] as const;
export type Shape = (typeof SHAPES)[number];

export const COLUMNS = 'id int NOT NULL, gen int NOT NULL, bucket int NOT NULL';

/** Buckets, and partitions of `t` at the start. */
export const BUCKETS = 3;

/** Makes the tables. `readers` may read some columns of all of them, and nothing else. */
export async function makeScene(client: Client, shape: Shape, random: Random): Promise<void> {
  const rows = random.below(200);
  const fill = (target: string, where = 'true') =>
    `INSERT INTO ${target} SELECT id, 0, id % ${BUCKETS} FROM generate_series(1, ${rows}) AS id WHERE ${where}`;
  switch (shape) {
    case 'table':
      await client.query(`CREATE TABLE t (${COLUMNS}); CREATE INDEX ON t (id); ${fill('t')}`);
      break;
    case 'partitioned':
      await client.query(`CREATE TABLE t (${COLUMNS}) PARTITION BY LIST (bucket)`);
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        await client.query(`CREATE TABLE t_${bucket} PARTITION OF t FOR VALUES IN (${bucket})`);
      await client.query(fill('t'));
      break;
    case 'inherited':
      await client.query(`CREATE TABLE t (${COLUMNS}); CREATE TABLE t_0 () INHERITS (t);
        ${fill('t', `id % ${BUCKETS} > 0`)}; ${fill('t_0', `id % ${BUCKETS} = 0`)}`);
      break;
    case 'materialized':
      await client.query(`CREATE TABLE base (${COLUMNS}); ${fill('base')};
        CREATE MATERIALIZED VIEW t AS SELECT * FROM base; CREATE UNIQUE INDEX ON t (gen, id)`);
      break;
    case 'view':
      await client.query(
        `CREATE TABLE base (${COLUMNS}); ${fill('base')}; CREATE VIEW t AS SELECT * FROM base`,
      );
      break;
  }
  // The parts of `t` that the role cannot name it can read through `t`.
  await client.query('GRANT SELECT (id, gen, bucket) ON t TO PUBLIC');
}
