import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { MESSAGE_LIMIT } from '../../electron/contract/wire.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { EventHub } from '../../electron/host/event-hub.ts';
import { PENDING_LIMIT, serveChannel } from '../../electron/host/router.ts';
import { fakeEngine, logEvent, memoryLog, TestChannel } from '../fakes/host-engine.ts';

const RUN = '20261122T093000Z-4f3a9c21';
const UUID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';
const info = { version: '1', platform: 'test', secrets: 'plain' } as const;

function serve(given: Partial<CallHandlers> = {}) {
  const channel = new TestChannel();
  const engine = fakeEngine({ 'app.info': () => Promise.resolve(info), ...given });
  const log = memoryLog();
  const hub = new EventHub((listener) => engine.subscribe(listener));
  serveChannel(channel, { calls: engine.calls, hub, log });
  return { channel, engine, log };
}

/** A handler that never answers; `signals` are those of its calls. */
function hanging() {
  const signals: AbortSignal[] = [];
  const handler: CallHandlers['runs.cancel'] = (_input, { signal }) => {
    signals.push(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  return { signals, given: { 'runs.cancel': handler } };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const callOf = (id: number, call: string, input: unknown) => ({ type: 'call' as const, id, call, input });

describe('router', () => {
  it('answers a call by its id', async () => {
    const { channel } = serve();
    channel.say(callOf(7, 'app.info', {}));
    await settled();
    expect(channel.sent).toEqual([{ type: 'result', id: 7, output: info }]);
  });

  it('hands the handler parsed input, with defaults filled in', async () => {
    const list = vi.fn<CallHandlers['runs.list']>(() => Promise.resolve({ runs: [] }));
    const { channel } = serve({ 'runs.list': list });
    channel.say(callOf(1, 'runs.list', {}));
    await settled();
    expect(list.mock.calls[0]![0]).toEqual({ limit: 200 });
  });

  it('answers with the error that the handler threw', async () => {
    const { channel } = serve({
      'preview.close': () => Promise.reject(new AppError('SOURCE_PREVIEW_CLOSED', 'The preview is closed')),
    });
    channel.say(callOf(1, 'preview.close', { previewId: UUID }));
    await settled();
    expect(channel.sent).toMatchObject([{ type: 'error', id: 1, error: { code: 'SOURCE_PREVIEW_CLOSED' } }]);
  });

  it('reports and logs a defect as one', async () => {
    const { channel, log } = serve({
      'profiles.list': () => {
        throw new TypeError('x is undefined');
      },
    });
    channel.say(callOf(1, 'profiles.list', {}));
    await settled();
    expect(channel.sent).toMatchObject([{ error: { code: 'INTERNAL_INVARIANT' } }]);
    expect(log.lines.join()).toContain('profiles.list');
  });

  it.each([
    ['runs.cancel', {}, 'runId'],
    ['runs.cancel', { runId: 'x' }, 'runId'],
    ['runs.cancel', null, ''],
    ['preview.page', { previewId: UUID, from: -1, count: 1 }, 'from'],
    ['jobs.start', { spec: 5 }, 'spec'],
    ['app.info', { surplus: 1 }, ''],
  ])('refuses input of %s that is malformed, and names the field: %j', async (call, input, field) => {
    const { channel } = serve();
    channel.say(callOf(3, call, input));
    await settled();
    expect(channel.sent).toMatchObject([
      { type: 'error', id: 3, error: { code: 'CONFIG_INVALID_INPUT', details: { field } } },
    ]);
  });

  it.each(['no.such', 'toString', '__proto__', 'constructor', ''])(
    'refuses the unknown call %j',
    async (call) => {
      const { channel } = serve();
      channel.say(callOf(1, call, {}));
      await settled();
      expect(channel.sent).toMatchObject([{ type: 'error', id: 1, error: { code: 'HOST_BAD_REQUEST' } }]);
      expect(channel.closed).toBeUndefined();
    },
  );

  it.each([
    { type: 'call', id: 5 },
    { type: 'call', id: 5, call: 9, input: {} },
    { type: 'call', id: 5, call: 'app.info', input: {}, more: 1 },
    { type: 'nonsense', id: 5 },
    { id: 5 },
  ])('answers the malformed message %j with an error, by its id', async (message) => {
    const { channel } = serve();
    channel.blurt(message);
    await settled();
    expect(channel.sent).toMatchObject([{ type: 'error', id: 5, error: { code: 'HOST_BAD_REQUEST' } }]);
    expect(channel.closed).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'text',
    42,
    [],
    {},
    { type: 'call', id: -1, call: 'app.info', input: {} },
    { type: 'call', id: 1.5, call: 'app.info', input: {} },
    { type: 'call', id: '1', call: 'app.info', input: {} },
    { type: 'taken', count: 0 },
    { type: 'taken', count: 'many' },
    { type: 'listen', extra: true },
    new Map([['type', 'listen']]),
    new Uint8Array(8),
  ])('closes the channel on %j, which nobody waits for', (message) => {
    const { channel, log } = serve();
    channel.blurt(message);
    expect(channel.closed).toBe('HOST_BAD_REQUEST');
    expect(channel.sent).toEqual([]);
    expect(log.lines.join()).toContain('refused a message');
  });

  it('refuses a message over the limit without parsing it', async () => {
    const { channel } = serve();
    channel.blurt(callOf(1, 'profiles.import', { text: 'x'.repeat(MESSAGE_LIMIT) }));
    await settled();
    expect(channel.sent).toMatchObject([{ id: 1, error: { code: 'HOST_BAD_REQUEST' } }]);
  });

  it('refuses a message that contains itself', () => {
    const { channel } = serve();
    const cycle: Record<string, unknown> = { type: 'call', id: 1, call: 'app.info' };
    cycle['input'] = cycle;
    channel.blurt(cycle);
    expect(channel.sent).toMatchObject([{ id: 1, error: { code: 'HOST_BAD_REQUEST' } }]);
  });

  it('aborts a call on cancel, and answers it no more', async () => {
    const { signals, given } = hanging();
    const { channel } = serve(given);
    channel.say(callOf(1, 'runs.cancel', { runId: RUN }));
    channel.say({ type: 'cancel', id: 1 });
    await settled();
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(channel.sent).toEqual([]);
  });

  it('takes a cancel for a call that has ended, or never was', async () => {
    const { channel } = serve();
    channel.say(callOf(1, 'app.info', {}));
    await settled();
    channel.say({ type: 'cancel', id: 1 });
    channel.say({ type: 'cancel', id: 99 });
    expect(channel.closed).toBeUndefined();
  });

  it('aborts every pending call when the channel closes', async () => {
    const { signals, given } = hanging();
    const { channel } = serve(given);
    for (const id of [1, 2, 3]) channel.say(callOf(id, 'runs.cancel', { runId: RUN }));
    channel.close();
    await settled();
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true]);
    expect(channel.sent).toEqual([]);
  });

  it('ends both calls when one id is used twice, with one answer', async () => {
    const { signals, given } = hanging();
    const { channel } = serve(given);
    channel.say(callOf(1, 'runs.cancel', { runId: RUN }));
    channel.say(callOf(1, 'app.info', {}));
    await settled();
    expect(signals[0]!.aborted).toBe(true);
    expect(channel.sent).toMatchObject([{ type: 'error', id: 1, error: { code: 'HOST_BAD_REQUEST' } }]);
  });

  it('holds a bounded number of pending calls', async () => {
    const { given } = hanging();
    const { channel } = serve(given);
    for (let id = 0; id <= PENDING_LIMIT; id++) channel.say(callOf(id, 'runs.cancel', { runId: RUN }));
    await settled();
    expect(channel.sent).toMatchObject([{ id: PENDING_LIMIT, error: { code: 'HOST_BAD_REQUEST' } }]);
  });

  it('closes the channel when it cannot send', async () => {
    const { channel } = serve();
    channel.send = () => {
      throw new Error('gone');
    };
    channel.say(callOf(1, 'app.info', {}));
    await settled();
    expect(channel.closed).toBe('HOST_DISCONNECTED');
  });

  it('sends events only after listen, and none after the channel has closed', () => {
    const { channel, engine } = serve();
    engine.emit(logEvent(RUN, 'before'));
    channel.say({ type: 'listen' });
    channel.say({ type: 'listen' });
    engine.emit(logEvent(RUN, 'one'));
    channel.close();
    engine.emit(logEvent(RUN, 'after'));
    expect(channel.sent).toEqual([{ type: 'event', event: logEvent(RUN, 'one') }]);
  });
});
