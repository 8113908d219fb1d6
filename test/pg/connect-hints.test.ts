/** E16: what a server says at the door has a hint that fits, and a run waits for a server that is starting. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toWireError } from '../../electron/contract/app-error.ts';
import type { ConnectionSettings } from '../../electron/contract/connection-profile.ts';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import { openReplication } from '../../electron/engine/postgres/replication-session.ts';
import { TestEngine, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { ScriptedServer, postgresError } from '../harness/scripted-server.ts';

const postgres = sharedPostgres();
const never = new AbortController().signal;
let db: TemporaryDatabase;
let engine: TestEngine;

beforeAll(async () => {
  db = await postgres().createDatabase();
  await db.query('CREATE TABLE t AS SELECT generate_series(1, 3) AS id');
  engine = await TestEngine.start();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

/** What a connection test and a connection for replication say of a server that answers so. */
async function told(answer: Buffer, change: Partial<ConnectionSettings> = {}) {
  await using server = await ScriptedServer.start((socket, request) => {
    // A request for TLS, which this one does not have, and then the start of a session.
    if (request.readInt32BE(4) !== 80877103) socket.end(answer);
    else {
      socket.write('N');
      socket.once('data', () => socket.end(answer));
    }
  });
  const settings = { ...settingsOf(db), port: server.port, ...change };
  const tested = await engine.call('connections.test', {
    name: 'Door',
    colour: 'red',
    readOnly: true,
    settings,
    password: { kind: 'set', value: 'x' },
  });
  if (tested.ok) throw new Error('the connection was made');
  const replicated: unknown = await openReplication({ settings, password: 'x' }, never).catch(toWireError);
  return { session: tested.error, replication: replicated as { code: string; hint: string } };
}

/** As the server's source reports them, which no translation changes: SQLSTATE, message, routine. */
test.each<
  [sqlstate: string, message: string, routine: string, code: ErrorCode, hint: RegExp, sender?: ErrorCode]
>([
  ['57P03', 'the database system is starting up', 'ProcessStartupPacket', 'SOURCE_SHUTDOWN', /starting/],
  [
    '57P03',
    'the database system is in recovery mode',
    'ProcessStartupPacket',
    'SOURCE_SHUTDOWN',
    /recovering/,
  ],
  ['57P03', 'the database system is shutting down', 'ProcessStartupPacket', 'SOURCE_SHUTDOWN', /stopping/],
  [
    '57P03',
    'the database system is not yet accepting connections',
    'ProcessStartupPacket',
    'SOURCE_SHUTDOWN',
    /wait/,
  ],
  [
    '57P03',
    'the database system is not accepting connections',
    'ProcessStartupPacket',
    'SOURCE_SHUTDOWN',
    /hot_standby = off/,
  ],
  [
    '53300',
    'sorry, too many clients already',
    'InitProcess',
    'SOURCE_TOO_MANY_CONNECTIONS',
    /max_connections/,
    'SLOT_NO_SENDER_FREE',
  ],
  [
    '53300',
    'too many connections for role "x"',
    'InitializeSessionUserId',
    'SOURCE_TOO_MANY_CONNECTIONS',
    /ALTER ROLE <user> CONNECTION LIMIT/,
  ],
  [
    '53300',
    'too many connections for database "x"',
    'CheckMyDatabase',
    'SOURCE_TOO_MANY_CONNECTIONS',
    /ALTER DATABASE <name> CONNECTION LIMIT/,
  ],
  ['3D000', 'database "x" does not exist', 'InitPostgres', 'SOURCE_NO_DATABASE', /psql -l/],
  ['28P01', 'password authentication failed for user "x"', 'auth_failed', 'SOURCE_AUTH_FAILED', /password/],
  ['28000', 'Peer authentication failed for user "x"', 'auth_failed', 'SOURCE_AUTH_FAILED', /peer/],
  [
    '28000',
    'role "x" is not permitted to log in',
    'InitializeSessionUserId',
    'SOURCE_LOGIN_FORBIDDEN',
    /ALTER ROLE <user> LOGIN/,
  ],
  [
    '55000',
    'database "x" is not currently accepting connections',
    'CheckMyDatabase',
    'SOURCE_DATABASE_CLOSED',
    /ALLOW_CONNECTIONS true/,
  ],
  ['55000', 'cannot connect to invalid database "x"', 'InitPostgres', 'SOURCE_DATABASE_CLOSED', /invalid/],
  [
    '42501',
    'permission denied for database "x"',
    'CheckMyDatabase',
    'SOURCE_NO_CONNECT_RIGHT',
    /GRANT CONNECT ON DATABASE/,
  ],
])('E16: %s "%s" of %s is told as what it is, for replication too', async (...row) => {
  const [sqlstate, message, routine, code, hint, sender = code] = row;
  const { session, replication } = await told(postgresError(sqlstate, message, routine));
  expect(session).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
  expect(session.message.toLowerCase()).toContain(message.toLowerCase());
  expect(replication.code).toBe(sender);
});

test.each<[tls: ConnectionSettings['tls'], code: ErrorCode, hint: RegExp]>([
  ['disable', 'SOURCE_TLS_REQUIRED', /Set TLS to "require".*pg_hba\.conf/],
  ['prefer', 'SOURCE_NOT_LET_IN', /pg_hba\.conf/],
])(
  'E16: a missing line in pg_hba.conf is told with TLS that can be had alone: %s',
  async (tls, code, hint) => {
    const answer = postgresError('28000', 'no pg_hba.conf entry for host "h"', 'ClientAuthentication');
    const { session } = await told(answer, { tls });
    expect(session).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
  },
);

/** In front of the database: a server that is starting, for so many callers. */
async function starting(callers: number): Promise<ScriptedServer> {
  let turnedAway = 0;
  return await ScriptedServer.start((socket, request) => {
    if (turnedAway++ < callers) {
      socket.end(postgresError('57P03', 'the database system is starting up', 'ProcessStartupPacket'));
      return;
    }
    const up = connect(db.port, db.host);
    up.on('error', () => socket.destroy());
    socket.on('close', () => up.destroy());
    up.on('close', () => socket.destroy());
    up.write(request);
    socket.pipe(up).pipe(socket);
  });
}

describe('E16: a server that is starting', () => {
  test('is waited for by a run, which says so', async () => {
    await using server = await starting(2);
    await engine.useProfile('Starting', { ...settingsOf(db), port: server.port }, db.password);
    const ended = await engine.extract({
      source: { profile: 'Starting' },
      selection: { table: { name: 't' } },
      destination: { folder: engine.dataFolder },
    });
    expect(success(ended).rows).toBe(3);
    expect(ended.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/waited for: The database system is starting up/),
    );
  });

  test('is given up in the end, with what it said', async () => {
    await using server = await starting(Number.POSITIVE_INFINITY);
    await using own = await TestEngine.start({ readLimits: { giveUpMs: 1_000 } });
    await own.useDatabase({ ...settingsOf(db), password: db.password, port: server.port });
    const ended = await own.extract({
      selection: { table: { name: 't' } },
      destination: { folder: own.dataFolder },
    });
    expect(failure(ended)).toMatchObject({
      code: 'SOURCE_SHUTDOWN',
      message: 'The database system is starting up',
    });
  });

  test('does not hold up a run that is cancelled', async () => {
    await using server = await starting(Number.POSITIVE_INFINITY);
    await engine.useProfile('Never', { ...settingsOf(db), port: server.port }, db.password);
    const runId = await engine.start({
      source: { profile: 'Never' },
      selection: { table: { name: 't' } },
      destination: { folder: engine.dataFolder },
    });
    await server.called;
    const { state } = await engine.call('runs.cancel', { runId });
    expect(state.tag).toBe('cancelled');
  });
});

test('E16: another failure at the first connection is told at once', async () => {
  await using server = await ScriptedServer.start((socket) =>
    socket.end(postgresError('53300', 'sorry, too many clients already', 'InitProcess')),
  );
  await engine.useProfile('Full', { ...settingsOf(db), port: server.port }, db.password);
  const ended = await engine.extract({
    source: { profile: 'Full' },
    selection: { table: { name: 't' } },
    destination: { folder: engine.dataFolder },
  });
  expect(failure(ended).code).toBe('SOURCE_TOO_MANY_CONNECTIONS');
});
