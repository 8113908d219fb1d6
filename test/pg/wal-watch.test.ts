/** The watch over slots on a real server: gentle, patient, and gone with the engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { endSessions } from '../harness/postgres/end-sessions.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

/** A machine that is busy with other tests looks later, not differently. */
const SOON = { timeout: 10_000 };
const PACE = { everyMs: 50, beatMs: 50, longestMs: 400, patienceMs: 2_000 };

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;

beforeAll(async () => {
  db = await postgres().createDatabase('shop');
  engine = await TestEngine.start({ origin: 'desktop', watchPace: PACE });
  connectionId = await engine.useDatabase(db);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

const verdicts = (from: TestEngine = engine) =>
  from.events.flatMap((event) => (event.type === 'wal' ? [event.verdict] : []));
const notices = () => engine.events.flatMap((event) => (event.type === 'walNotice' ? [event.notice] : []));
const isVerdict =
  (matches: (verdict: ReturnType<typeof verdicts>[number]) => boolean) => (event: EngineEvent) =>
    event.type === 'wal' && matches(event.verdict);

/** Sessions of Sluice at the server, by the process that serves each. */
async function sessions(): Promise<number[]> {
  const { rows } = await db.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = 'shop'",
  );
  return rows.map(({ pid }) => pid);
}

async function currentLsn(): Promise<string> {
  const { rows } = await db.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  return rows[0]!.lsn;
}

describe('a watched connection', () => {
  test('is looked at without a screen, with one session, and speaks once when a slot is in danger', async () => {
    expect(await sessions()).toEqual([]);
    await engine.call('wal.watch', { connectionId, watch: { heartbeat: false, diskLimitBytes: 1_000 } });
    await engine.heard(isVerdict(({ level }) => level === 'ok'));
    const [session, ...more] = await sessions();
    expect(more).toEqual([]);
    await db.query("SELECT pg_create_logical_replication_slot('forgotten', 'test_decoding')");
    // The limit is what the disk can still take: growth of any kind leaves no hour.
    const write = async () => {
      await db.query("SELECT pg_logical_emit_message(false, 'x', repeat('y', 100000))");
      return notices().length;
    };
    await expect.poll(write, SOON).toBe(1);
    expect(notices()[0]).toMatchObject({
      connectionId,
      level: 'danger',
      title: 'Source: forgotten in danger',
    });
    expect(await engine.call('wal.watches', {})).toMatchObject({
      watches: [{ connectionId, watch: { diskLimitBytes: 1_000 } }],
      verdicts: [{ level: 'danger', troubled: [{ slot: 'forgotten' }], error: null }],
    });
    expect(await sessions()).toEqual([session]);
    await db.query("SELECT pg_drop_replication_slot('forgotten')");
    await expect.poll(() => verdicts().at(-1)?.level, SOON).toBe('ok');
    expect(notices()).toHaveLength(1);
  });

  test('gets a heartbeat when it is wanted, and none afterwards', async () => {
    await engine.call('wal.watch', { connectionId, watch: { heartbeat: true } });
    const before = await currentLsn();
    await expect.poll(currentLsn, SOON).not.toBe(before);
    await engine.call('wal.watch', { connectionId, watch: { heartbeat: false } });
  });

  test('whose session was ended by somebody gets a new one, and nobody hears of it', async () => {
    const [session] = await sessions();
    const failures = verdicts().filter(({ error }) => error !== null).length;
    await endSessions(db, `pid = ${String(session)}`);
    await expect.poll(async () => (await sessions()).filter((pid) => pid !== session).length, SOON).toBe(1);
    expect(verdicts().filter(({ error }) => error !== null)).toHaveLength(failures);
  });

  test('an own slot that holds WAL is what is warned of before leaving', async () => {
    await db.query("SELECT pg_create_logical_replication_slot('sluice_orders', 'pgoutput')");
    await db.query(
      "SELECT count(pg_logical_emit_message(false, 'x', repeat('y', 1000000))) FROM generate_series(1, 80)",
    );
    await expect
      .poll(() => engine.engine.slots.held(), SOON)
      .toEqual([expect.objectContaining({ connection: 'Source', name: 'sluice_orders', active: false })]);
    await db.query("SELECT pg_drop_replication_slot('sluice_orders')");
    await expect.poll(() => engine.engine.slots.held(), SOON).toEqual([]);
  });

  test('sleep ends its session and every peek at once; waking up looks again', async () => {
    const { peekId } = await engine.call('wal.peekOpen', { connectionId, slot: null });
    await engine.engine.slots.aboutToSleep();
    const { rows } = await db.query('SELECT slot_name FROM pg_replication_slots');
    expect(rows).toEqual([]);
    await expect(engine.call('wal.peekNext', { peekId })).rejects.toMatchObject({ code: 'SLOT_PEEK_CLOSED' });
    engine.engine.slots.awake();
    await expect.poll(async () => (await sessions()).length, SOON).toBe(1);
  });

  test('is not watched any more when that is not wanted', async () => {
    await engine.call('wal.watch', { connectionId, watch: null });
    expect((await engine.call('wal.watches', {})).watches).toEqual([]);
    await expect.poll(sessions, SOON).toEqual([]);
  });
});

test('a server that is away is asked less and less often, and found when it is back', async () => {
  await using away = await TestEngine.start({ origin: 'served', watchPace: PACE });
  const settings = settingsOf(db);
  const id = await away.useProfile('Away', { ...settings, database: 'not_there' }, db.password);
  await away.call('wal.watch', { connectionId: id, watch: { heartbeat: false } });
  await away.heard(isVerdict(({ error }) => error?.code === 'SOURCE_NO_DATABASE'));
  await using late = await postgres().createDatabase('not_there');
  await away.heard(isVerdict(({ error }) => error === null));
  expect(late.database).toBe('not_there');
  await away.close();
});

test('the wish outlives the process, and the watch begins with the next one; a command does not watch', async () => {
  const folder = await makeTemporaryFolder('watched');
  const first = await TestEngine.start({ folder });
  const id = await first.useDatabase(db);
  await first.call('wal.watch', { connectionId: id, watch: { heartbeat: false } });
  expect(verdicts(first)).toEqual([]);
  await first[Symbol.asyncDispose]();
  const second = await TestEngine.start({ folder, origin: 'desktop', watchPace: PACE });
  await second.heard(isVerdict(({ connectionId: of }) => of === id));
  await second.close();
  expect(await sessions()).toEqual([]);
  await second[Symbol.asyncDispose]();
  await folder.remove();
});

test('only a saved connection can be watched', async () => {
  await expect(
    engine.call('wal.watch', {
      connectionId: '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11',
      watch: { heartbeat: false },
    }),
  ).rejects.toMatchObject({ code: 'CONFIG_PROFILE_NOT_FOUND' });
});
