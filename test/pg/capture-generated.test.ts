/** Columns that the server computes: what the stream does not have, the rows from before do not have either. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SOURCE, TestEngine } from '../harness/engine/test-engine.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

describe.each(installedServers())('Postgres $major', ({ major, programs }) => {
  const postgres = sharedPostgres({ programs, settings: { wal_level: 'logical' } });

  async function captured(made: string, publication: string | undefined, then: string) {
    await using folder = await makeTemporaryFolder('generated');
    await using db = await postgres().createDatabase();
    await using engine = await TestEngine.start();
    await engine.useDatabase(db);
    await db.query(made);
    const table = { schema: 'public', name: 'computed' };
    const spec = {
      name: `generated${major}`,
      source: { profile: SOURCE },
      destination: { folder: folder.path },
      tables: [table],
      compression: 'none' as const,
      ...(publication === undefined ? {} : { publication }),
    };
    for (const sql of ['SELECT 1', then]) {
      await db.query(sql);
      await engine.call('capture.start', { spec, until: 'current' });
      await expect
        .poll(async () => (await engine.call('capture.status', { name: spec.name })).status.phase)
        .toBe('stopped');
      // That it has ended is told before it is written down.
      await engine.call('capture.stop', { name: spec.name });
    }
    const found = await engine.call('capture.verify', {
      destination: { folder: folder.path },
      name: spec.name,
      source: { profile: SOURCE },
    });
    const { status } = await engine.call('capture.status', { name: spec.name });
    await engine.call('capture.drop', { name: spec.name, confirm: status.slot });
    const files = (await readdir(folder.path, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
    const texts = await Promise.all(files.map((name) => readFile(path.join(folder.path, name), 'utf8')));
    const rows = texts
      .flatMap((text) => text.trimEnd().split('\n'))
      .map((line) => JSON.parse(line) as { op: string; after: Record<string, unknown> | null });
    const columns = (ops: string) =>
      rows
        .filter(({ op, after }) => ops.includes(op) && after !== null)
        .map(({ after }) => Object.keys(after ?? {}));
    return { found, read: columns('r'), changed: columns('cu') };
  }

  const MADE = `CREATE TABLE computed (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED, t text);
    INSERT INTO computed (id, n, t) VALUES (1, 10, 'a'), (2, 20, 'b')`;
  const THEN = `INSERT INTO computed (id, n, t) VALUES (3, 30, 'c'); UPDATE computed SET n = 11 WHERE id = 1`;

  test.each([
    ['of Sluice', undefined, MADE],
    ['that was given', 'given', `${MADE}; CREATE PUBLICATION given FOR TABLE computed`],
  ])(
    'C10: a generated column is on both sides or on none, with a publication %s',
    async (_, publication, made) => {
      const { found, read, changed } = await captured(made, publication, THEN);
      expect(found).toMatchObject({
        proved: true,
        tables: [{ compared: { missing: 0, extra: 0, different: 0 } }],
      });
      const has = major >= 18 && publication === undefined;
      const columns = has ? ['id', 'n', 'twice', 't'] : ['id', 'n', 't'];
      expect(read).toEqual([columns, columns]);
      expect(changed).toEqual([columns, columns]);
    },
  );
});
