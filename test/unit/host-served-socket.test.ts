/** The served app's WebSocket on loopback: who is let in, what goes over it, and how it ends. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EVENT_WINDOW } from '../../electron/contract/wire.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { startServer } from '../../electron/host/serve.ts';
import { fakeEngine, logEvent } from '../fakes/host-engine.ts';
import { ServedApp } from '../harness/served-app.ts';

const RUN = '20261122T093000Z-4f3a9c21';
const info = { version: '1', platform: 'test', secrets: 'keyFile' } as const;

const cancelSignals: AbortSignal[] = [];
const hang: CallHandlers['runs.cancel'] = (_input, { signal }) => {
  cancelSignals.push(signal);
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};
const engine = fakeEngine({ 'app.info': () => Promise.resolve(info), 'runs.cancel': hang });

let app: ServedApp;

beforeAll(async () => {
  app = await ServedApp.start(engine, 100);
});

afterAll(() => app.close());

async function nextMessage(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString());
}

describe('the WebSocket', () => {
  it('carries calls and answers', async () => {
    const socket = await app.openSocket();
    socket.send(JSON.stringify({ type: 'call', id: 1, call: 'app.info', input: {} }));
    expect(await nextMessage(socket)).toEqual({ type: 'result', id: 1, output: info });
    socket.terminate();
  });

  it('is open to a page that was opened as localhost', async () => {
    const host = `localhost:${app.port}`;
    const socket = await app.openSocket({ cookie: app.cookie, origin: `http://${host}`, host });
    socket.terminate();
  });

  it.each([
    ['no origin', () => ({ cookie: app.cookie }), 403],
    ['another origin', () => ({ cookie: app.cookie, origin: 'https://evil.example' }), 403],
    ['another port', () => ({ cookie: app.cookie, origin: 'http://127.0.0.1:1' }), 403],
    ['the null origin of a sandboxed frame', () => ({ cookie: app.cookie, origin: 'null' }), 403],
    ['https instead of http', () => ({ cookie: app.cookie, origin: `https://127.0.0.1:${app.port}` }), 403],
    [
      'an origin that differs from the host',
      () => ({ cookie: app.cookie, origin: `http://localhost:${app.port}` }),
      403,
    ],
    ['no session', () => ({ origin: app.origin }), 401],
    ['a wrong session', () => ({ origin: app.origin, cookie: `sluice_${app.port}=x` }), 401],
  ])('refuses %s', async (_what, headers, status) => {
    expect(await app.refusedWith(headers())).toBe(status);
  });

  it.each([
    ['/', 404],
    ['/rpc/', 404],
    ['/assets/app-1a2b.js', 404],
    ['/%', 400],
  ])('is not at %s', async (target, status) => {
    expect(await app.refusedWith(app.trusted, target)).toBe(status);
  });

  it.each(['not json', '[]', '"text"', '{"type":"listen","x":1}'])('closes on %s', async (text) => {
    const socket = await app.openSocket();
    socket.send(text);
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([1008, 'HOST_BAD_REQUEST']);
  });

  it('closes on binary messages and on messages over the limit, and lives on', async () => {
    const binary = await app.openSocket();
    binary.send(Buffer.from('{"type":"listen"}'));
    expect((await once(binary, 'close'))[0]).toBe(1008);
    const big = await app.openSocket();
    big.on('error', () => undefined);
    big.send('x'.repeat(17 * 1024 * 1024));
    expect((await once(big, 'close'))[0]).toBe(1009);
    expect((await app.ask('/', { headers: { cookie: app.cookie } })).status).toBe(200);
  });

  it('aborts pending calls when the browser goes away without a word', async () => {
    const socket = await app.openSocket();
    cancelSignals.length = 0;
    socket.send(JSON.stringify({ type: 'call', id: 1, call: 'runs.cancel', input: { runId: RUN } }));
    await expect.poll(() => cancelSignals.length).toBe(1);
    socket.terminate();
    await expect.poll(() => cancelSignals[0]!.aborted).toBe(true);
  });

  it('sends events under flow control', async () => {
    const socket = await app.openSocket();
    let got = 0;
    socket.on('message', () => {
      got += 1;
    });
    socket.send(JSON.stringify({ type: 'listen' }));
    await expect
      .poll(() => {
        engine.emit(logEvent(RUN, 'x'));
        return got;
      })
      .toBeGreaterThan(0);
    for (let i = 0; i < EVENT_WINDOW * 2; i++) engine.emit(logEvent(RUN, 'x'));
    await expect.poll(() => got).toBe(EVENT_WINDOW);
    socket.send(JSON.stringify({ type: 'taken', count: 5 }));
    await expect.poll(() => got).toBe(EVENT_WINDOW + 5);
    socket.terminate();
  });

  it('ends a connection that answers no heartbeat, and keeps one that does', async () => {
    const alive = await app.openSocket();
    const dead = await app.openSocket(app.trusted, { autoPong: false });
    await once(dead, 'close');
    expect(alive.readyState).toBe(WebSocket.OPEN);
    alive.terminate();
  });
});

describe('start and end', () => {
  it('says that a port is taken', async () => {
    const options = { engine, port: app.port, rendererFolder: app.rendererFolder, log: app.log };
    await expect(startServer(options)).rejects.toMatchObject({ code: 'HOST_PORT_UNAVAILABLE' });
  });

  it('closes with connections open, and leaves the engine alone', async () => {
    const other = await startServer({ engine, port: 0, rendererFolder: app.rendererFolder, log: app.log });
    const origin = other.url.slice(0, -1);
    const session = await app.enter(other);
    const socket = new WebSocket(`${other.url.replace('http', 'ws')}rpc`, {
      headers: { cookie: session, origin },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await other.close();
    await closed;
    await expect(fetch(other.url)).rejects.toThrow('fetch failed');
    expect((await app.ask('/', { headers: { cookie: app.cookie } })).status).toBe(200);
  });

  it('writes no token and no session into the log', () => {
    expect(app.log.lines.join('\n')).not.toMatch(/token|sluice_\d/);
  });
});
