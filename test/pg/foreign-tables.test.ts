/** Tables of another server behind postgres_fdw, which npm's servers do not bring: on a server of this machine that does. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { TestEngine, success } from '../harness/engine/test-engine.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';

const EXTENSION = /^\/usr\/lib\/postgresql\/(\d+)$/;

/** The programs of a server that has the extension; undefined where there is none. */
const programs = installedServers()
  .map((server) => server.programs)
  .find((folder) => {
    const [, major] = EXTENSION.exec(folder) ?? [];
    return major !== undefined && existsSync(`/usr/share/postgresql/${major}/extension/postgres_fdw.control`);
  });

test.skipIf(programs === undefined)(
  'a table of another server is read with one connection, in one snapshot, whatever was asked for',
  async () => {
    await using server = await startPostgres({ programs });
    await using remote = await server.createDatabase();
    await using local = await server.createDatabase();
    await remote.query(
      `CREATE TABLE orders AS SELECT i AS id, CASE i % 3 WHEN 0 THEN NULL ELSE 'größe ' || i END AS note
         FROM generate_series(1, 5000) i`,
    );
    await local.query(`
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw
        OPTIONS (host '127.0.0.1', port '${remote.port}', dbname '${remote.database}');
      CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (user '${remote.user}', password '${remote.password}');
      CREATE FOREIGN TABLE orders (id int, note text) SERVER other;
      CREATE TABLE near (id int, note text);
      INSERT INTO near VALUES (0, 'near');
      CREATE TABLE both_places (id int, note text) PARTITION BY RANGE (id);
      ALTER TABLE both_places ATTACH PARTITION near FOR VALUES FROM (0) TO (1);
      CREATE FOREIGN TABLE far PARTITION OF both_places FOR VALUES FROM (1) TO (10000)
        SERVER other OPTIONS (table_name 'orders')`);
    await using engine = await TestEngine.start({ readLimits: { minRangeBytes: 8_192 } });
    await engine.useDatabase(local);
    const folder = path.join(engine.dataFolder, 'out');
    for (const name of ['orders', 'both_places']) {
      const ended = await engine.extract({
        selection: { table: { name } },
        destination: { folder },
        parallel: 4,
      });
      const { objects } = success(ended);
      const { rows } = await local.query<{ line: string }>(
        `SELECT concat(id, ',', note) AS line FROM ${name}`,
      );
      const text = await readFile(path.join(folder, objects[0]!.key), 'utf8');
      expect(objects.length).toBe(1);
      expect(text.split('\n').slice(0, -1).toSorted()).toEqual(rows.map(({ line }) => line).toSorted());
      expect(ended.manifest).toMatchObject({ workers: 1, consistency: 'one-snapshot' });
      expect(ended.log.map(({ message }) => message).join('\n')).toContain(
        'One worker reads: views and foreign tables have no blocks to divide.',
      );
    }
  },
);
