/** Servers that are none, and servers that want what Sluice does not have: an error of the connection, and nothing else. */
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../electron/contract/error-table.ts';
import { startProgram } from '../harness/cli-program.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import { ScriptedServer } from '../harness/scripted-server.ts';

/** AuthenticationGSS. */
const GSS = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 7]);

/** A server that answers the first message of each caller with these bytes. */
const answering = async (bytes: Buffer) =>
  await ScriptedServer.start((socket) => {
    socket.write(bytes);
  });

test.each([
  ['GSSAPI', GSS, 'SOURCE_AUTH_UNSUPPORTED', 'GSSAPI'],
  ['SSPI', Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 9]), 'SOURCE_AUTH_UNSUPPORTED', 'SSPI'],
  [
    'a web server',
    Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'SOURCE_PROTOCOL',
    'no message of Postgres',
  ],
  [
    'MySQL',
    Buffer.from([0x4a, 0, 0, 0, 0x0a, 0x38, 0x2e, 0x30, 0x2e, 0x33]),
    'SOURCE_PROTOCOL',
    'no message',
  ],
  ['a length of two gigabytes', Buffer.from([0x45, 0x7f, 0xff, 0xff, 0xff]), 'SOURCE_PROTOCOL', 'length'],
  ['a length of nothing', Buffer.from([0x45, 0, 0, 0, 0]), 'SOURCE_PROTOCOL', 'length'],
])('E7: %s is an error of the connection, and the process goes on', async (_name, bytes, code, words) => {
  await using server = await answering(bytes);
  await using engine = await TestEngine.start();
  const settings = {
    host: '127.0.0.1',
    port: server.port,
    database: 'shop',
    user: 'kerb',
    tls: 'disable' as const,
  };
  const tested = await engine.call('connections.test', {
    name: 'kerb',
    colour: 'gray',
    readOnly: true,
    settings,
    password: { kind: 'set', value: 'x' },
  });
  expect(tested).toMatchObject({ ok: false, error: { code } });
  expect(JSON.stringify(tested)).toContain(words);
  const id = await engine.useProfile('kerb', settings, 'x');
  await expect(engine.call('relations.list', { connectionId: id })).rejects.toMatchObject({ code });
});

test('E7: on the command line it is one line, and exit code 3', async () => {
  await using server = await answering(GSS);
  const { outcome } = startProgram(
    ['tables', '--pg', `postgres://kerb@127.0.0.1:${server.port}/shop?sslmode=disable`],
    {
      env: { PGPASSWORD: 'x' },
    },
  );
  const { exitCode, err } = await outcome;
  expect(err).toContain('SOURCE_AUTH_UNSUPPORTED');
  expect(err).not.toContain('    at ');
  expect(exitCode).toBe(exitCodeOf('SOURCE_AUTH_UNSUPPORTED'));
});
