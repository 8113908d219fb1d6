/** Where statements end, compared with what Postgres itself makes of the same text. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client, QueryResult } from 'pg';
import { oneQuery } from '../../electron/engine/postgres/user-sql.ts';
import { Random } from '../harness/random.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let client: Client;

beforeAll(async () => {
  db = await postgres().createDatabase();
  client = await db.connect();
});
afterAll(() => db.drop());

const PIECES = [
  'select ',
  '1',
  ', ',
  "';'",
  "'--'",
  "'it''s;'",
  "E'\\\\';'",
  "E'\\\\\\\\'",
  "'\\\\'",
  '$$;$$',
  '$a$;$$--$a$',
  '$ä$ ; $ä$',
  ' as "a;b"',
  ' as a$1',
  ' ',
  '\n',
  '-- ; x\n',
  '--',
  '/* ; */',
  '/* /* ; */ -- */',
  '/*',
  '*/',
  ';',
  ';select 1 ',
  ';\nselect $$a$$ ',
  ';',
  ';select 1 ',
  ';\nselect $$a$$ ',
  "'",
  '"',
  '$$',
  '(',
  ')',
  'e',
  '+',
  '- -1',
].map((piece) => piece.replaceAll('\\\\', '\\'));

test('E11: a text of one statement is taken and means the same, one of several is refused', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const random = new Random(seed);
  let taken = 0;
  let refused = 0;
  for (let round = 0; round < 6_000; round++) {
    const length = random.below(9);
    const rest = Array.from({ length }, () => random.pick(PIECES)).join('');
    const text = `select ${PIECES[1 + random.below(8)]!}${rest}`;
    const answer = await client.query(text).catch(() => undefined);
    if (answer === undefined) continue;
    const results = (Array.isArray(answer) ? (answer as QueryResult[]) : [answer]).filter(
      ({ command }) => command,
    );
    if (results.length > 1) {
      expect(() => oneQuery(text), `seed ${seed}: ${text}`).toThrow(/more than one statement/);
      refused += 1;
      continue;
    }
    const query = oneQuery(text);
    const again = await client
      .query(`SELECT * FROM (\n${query}\n) AS sluice`)
      .catch(async (error: unknown) => {
        // A subquery without an alias for its columns takes all that a statement takes, but for columns of one name.
        throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
      });
    expect(again.rows, `seed ${seed}: ${text}`).toEqual(results[0]!.rows);
    taken += 1;
  }
  expect(Math.min(taken, refused)).toBeGreaterThan(20);
});
