/** PostGIS itself, in Debian's Postgres 15: its cast to json leaves out the M of a point, and writes NaN as it is. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { TestEngine, success } from '../harness/engine/test-engine.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';

const PROGRAMS = '/usr/lib/postgresql/15';
const missing = !existsSync(path.join(PROGRAMS, 'lib', 'postgis-3.so'));
if (missing) console.warn('SKIPPED: PostGIS is not here (apt-get install postgresql-15-postgis-3)');

test.skipIf(missing)(
  'E8: geometries as JSON Lines are what Postgres writes, with every coordinate, and JSON',
  { timeout: 60_000 },
  async () => {
    await using server = await startPostgres({ programs: PROGRAMS });
    const db = await server.createDatabase();
    await db.query(`CREATE EXTENSION postgis;
      CREATE TABLE spots AS SELECT i AS id, g AS shape, ARRAY[g] AS shapes
        FROM (VALUES (1, 'POINT ZM(1 2 3 4)'::geometry), (2, 'POINT(NaN NaN)'), (3, NULL)) AS v(i, g)`);
    await using engine = await TestEngine.start();
    await engine.useDatabase(db);
    const folder = path.join(engine.dataFolder, 'out');
    const format = { kind: 'jsonl' as const };
    success(
      await engine.extract({
        selection: { table: { name: 'spots' } },
        destination: { folder },
        key: 'a.jsonl',
        format,
      }),
    );
    const lines = (await readFile(path.join(folder, 'a.jsonl'), 'utf8')).trimEnd().split('\n');
    const { rows } = await db.query('SELECT id, shape::text, shapes::text FROM spots');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
    await db.drop();
  },
);
