/**
 * The decoder against two oracles: what test_decoding says of the same WAL, change by change, and the tables themselves,
 * which the decoded changes have to build again.
 */
import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PeekChange, PeekValue } from '../../electron/contract/peek.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { BLIND_TABLE, RandomWorkload, WORKLOAD_TABLES } from '../harness/random-workload.ts';
import { readPeek } from './wal-world.ts';

const TRANSACTIONS = 400;

describe.each(installedServers())('Postgres $major', ({ programs }) => {
  const postgres = sharedPostgres({ programs });

  test('a random workload over all types, identities and DDL', async () => {
    const seed = randomInt(2 ** 31);
    await using db = await postgres().createDatabase();
    await using engine = await TestEngine.start();
    const connectionId = await engine.useDatabase(db);
    const client = await db.connect();
    // Both decoders write values in the settings of their session, and so does this one.
    await client.query(
      "SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'",
    );
    const workload = new RandomWorkload(client, seed);
    await workload.createTables();
    await client.query("SELECT pg_create_logical_replication_slot('random', 'pgoutput')");
    for (let i = 0; i < TRANSACTIONS; i++) await workload.transaction();

    const peekWith = async (plugin: 'pgoutput' | 'test_decoding') =>
      await readPeek(engine, {
        connectionId,
        slot: 'random',
        plugin,
        limits: { changes: 100_000, bytes: 256 * 1024 * 1024 },
        valueLimit: 1_000_000,
      });
    const [ours, theirs] = [await peekWith('pgoutput'), await peekWith('test_decoding')];
    expect([ours.end, theirs.end], `seed ${seed}`).toEqual(['caughtUp', 'caughtUp']);
    expect(ours.changes.length, `seed ${seed}`).toBeGreaterThan(TRANSACTIONS / 2);
    const published = theirs.changes.filter((change) => !isBlind(change));
    expect(ours.changes.map(comparable), `seed ${seed}`).toEqual(published.map(comparable));
    // What nobody publishes is in the WAL all the same, without a word of the old row.
    const blind = theirs.changes.filter(isBlind);
    expect(new Set(blind.map(({ operation }) => operation)), `seed ${seed}`).toEqual(
      new Set(['update', 'delete']),
    );
    expect(blind.flatMap(({ columns }) => columns).some(({ before }) => typeof before === 'string')).toBe(
      false,
    );

    const rebuilt = replay(ours.changes);
    for (const table of WORKLOAD_TABLES) {
      const { rows, fields } = await client.query<(string | null)[]>({
        text: `SELECT * FROM "${table}" ORDER BY id`,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      });
      const names = fields.map(({ name }) => name);
      const built = [...(rebuilt.get(table) ?? new Map<string, Row>()).values()]
        .map((row) => names.map((name) => row.get(name) ?? null))
        .sort((a, b) => Number(a[0]) - Number(b[0]));
      expect(built, `seed ${seed}, ${table}`).toEqual(rows);
    }
    await client.query("SELECT pg_drop_replication_slot('random')");
    await client.end();
  });
});

/** Of a table that writes nothing of an old row, updates and deletes are not published. */
function isBlind({ relation, operation }: PeekChange): boolean {
  return relation?.name === BLIND_TABLE && (operation === 'update' || operation === 'delete');
}

/** What both plugins say of a change. */
function comparable({ operation, relation, columns }: PeekChange) {
  return {
    operation,
    relation,
    after: columns
      .filter(({ after }) => after !== undefined)
      .map(({ name, type, after }) => [name, said(type, after)]),
    // test_decoding leaves nulls out of an old row.
    before: columns
      .filter(({ before }) => typeof before === 'string' && operation === 'delete')
      .map(({ name, type, before }) => [name, said(type, before)]),
  };
}

/** test_decoding writes booleans as SQL does. */
function said(type: string, value: PeekValue | undefined): PeekValue | undefined {
  if (type !== 'boolean') return value;
  return value === 't' ? 'true' : value === 'f' ? 'false' : value;
}

type Row = Map<string, string | null>;

/** The tables that the changes make, from nothing. */
function replay(changes: readonly PeekChange[]): Map<string, Map<string, Row>> {
  const tables = new Map<string, Map<string, Row>>();
  for (const { operation, relation, columns } of changes) {
    const table = tables.get(relation!.name) ?? new Map<string, Row>();
    tables.set(relation!.name, table);
    if (operation === 'truncate') {
      table.clear();
      continue;
    }
    const id = columns.find(({ name }) => name === 'id')!;
    const [oldId, newId] = [(id.before ?? id.after) as string, id.after as string];
    const old = table.get(oldId);
    table.delete(oldId);
    if (operation === 'delete') continue;
    const row: Row = new Map();
    for (const { name, after } of columns) {
      const unchanged = typeof after === 'object' && after !== null;
      row.set(name, unchanged ? (old?.get(name) ?? null) : (after ?? null));
    }
    table.set(newId, row);
  }
  return tables;
}
