import { describe, expect, test } from 'vitest';
import { playAtRandom, PlannedFault, takeMissedFaults } from '../harness/planned-fault.ts';
import { FaultScript, type FaultRule } from '../harness/s3/faults.ts';
import { parseRequest } from '../harness/s3/request.ts';
import { ScriptedServer } from '../harness/scripted-server.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const REFUSED: FaultRule = { op: 'PutObject', action: { kind: 'status', status: 403, code: 'AccessDenied' } };
const put = parseRequest('PUT', '/lake/a.csv', { host: '127.0.0.1' });
const get = parseRequest('GET', '/lake/a.csv', { host: '127.0.0.1' });

// The hook that is loaded before this file judges these: they pass only where it has failed them.
describe('T1: a fault that has hit nothing fails its test', () => {
  test.fails('a rule of the S3 server', () => {
    new FaultScript([REFUSED]).take(get);
  });

  test.fails('also when the rules are taken out of force', () => {
    new FaultScript([REFUSED]).clear();
  });

  test.fails('one of two', () => {
    new FaultScript([REFUSED, { ...REFUSED, op: 'DeleteObject' }]).take(put);
  });

  test.fails('one that waits for more requests than come', () => {
    new FaultScript([{ ...REFUSED, after: 1 }]).take(put);
  });

  test.fails('a wire that is cut while nobody uses it', async () => {
    await using wire = await TcpProxy.start({ port: 1 });
    wire.cut();
  });

  test.fails('a wire that freezes while nobody uses it', async () => {
    await using wire = await TcpProxy.start({ port: 1 });
    wire.freeze();
  });

  test.fails('a wire that leads elsewhere, and nobody goes there', async () => {
    await using wire = await TcpProxy.start({ port: 1 });
    wire.redirect(2);
  });

  test.fails('a wire that changes no byte', async () => {
    await using _wire = await TcpProxy.start({ port: 1, toClient: (bytes) => bytes });
  });

  test.fails('a server that nobody calls', async () => {
    await using _server = await ScriptedServer.start((socket) => socket.end());
  });
});

test('a rule that has hit a request is counted, and fails nothing', () => {
  const script = new FaultScript([REFUSED]);
  expect([script.take(get), script.take(put), script.take(put)]).toEqual([
    undefined,
    REFUSED.action,
    undefined,
  ]);
  expect(script.hits()).toEqual([1]);
});

test('what was missed is told once', () => {
  const fault = new PlannedFault('a fault');
  expect(takeMissedFaults()).toEqual(['a fault']);
  expect(takeMissedFaults()).toEqual([]);
  fault.hit();
});

test('faults at random are counted, each campaign for itself', async () => {
  const play = (hits: number, misses: number) =>
    playAtRandom(async () => {
      const faults = Array.from({ length: hits }, () => new PlannedFault('hit'));
      await Promise.resolve();
      faults.push(...Array.from({ length: misses }, () => new PlannedFault('missed')));
      for (const fault of faults.slice(0, hits)) fault.hit();
    });
  const [one, other] = await Promise.all([play(2, 1), play(0, 3)]);
  expect([one.faults, other.faults]).toEqual([
    { hit: 2, missed: 1 },
    { hit: 0, missed: 3 },
  ]);
});
