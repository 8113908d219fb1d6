import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { Channel, ClientMessage, HostMessage } from '../../electron/contract/wire.ts';
import { createClient, type Road } from '../../renderer/client/client.ts';

/** The host's end of a channel. */
class FakeChannel implements Channel {
  readonly sent: ClientMessage[] = [];
  #hear: (message: unknown) => void = () => undefined;
  #closed: () => void = () => undefined;
  send(message: unknown) {
    this.sent.push(message as ClientMessage);
  }
  onMessage(listener: (message: unknown) => void) {
    this.#hear = listener;
  }
  onClose(listener: () => void) {
    this.#closed = listener;
  }
  close() {
    this.#closed();
  }
  say(message: HostMessage | string) {
    this.#hear(message);
  }
  calls() {
    return this.sent.filter((message) => message.type === 'call');
  }
}

/** A road that leads to these channels, one after the other; undefined: nobody answers. */
function roadOf(...channels: (FakeChannel | undefined)[]): Road {
  return {
    connect: async () => {
      const channel = channels.shift();
      if (channel === undefined) throw new Error('no answer');
      return channel;
    },
    retryDelayMs: () => 100,
  };
}

const info = { version: '1', platform: 'linux', secrets: 'keyFile' } as const;

describe('client', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('listens first, and answers calls by their id', async () => {
    const channel = new FakeChannel();
    const client = createClient(roadOf(channel));
    const one = client.call('app.info', {});
    const two = client.call('profiles.list', {});
    await settle();
    expect(channel.sent[0]).toEqual({ type: 'listen' });
    const [first, second] = channel.calls();
    channel.say({ type: 'result', id: second!.id, output: { connections: [], destinations: [] } });
    channel.say({ type: 'result', id: first!.id, output: info });
    expect(await one).toEqual(info);
    expect(await two).toEqual({ connections: [], destinations: [] });
  });

  it('throws what the engine threw', async () => {
    const channel = new FakeChannel();
    const client = createClient(roadOf(channel));
    const call = client.call('preview.close', { previewId: 'x' });
    const caught = call.catch((error: unknown) => error);
    await settle();
    const error = toWireError(new AppError('SOURCE_PREVIEW_CLOSED', 'gone'));
    channel.say({ type: 'error', id: channel.calls()[0]!.id, error });
    expect(await caught).toMatchObject({ code: 'SOURCE_PREVIEW_CLOSED', message: 'gone' });
  });

  it('tells the engine when nobody waits any more', async () => {
    const channel = new FakeChannel();
    const client = createClient(roadOf(channel));
    const abort = new AbortController();
    const caught = client.call('app.info', {}, abort.signal).catch((error: unknown) => error);
    await settle();
    abort.abort();
    expect(await caught).toMatchObject({ name: 'AbortError' });
    const { id } = channel.calls()[0]!;
    expect(channel.sent.at(-1)).toEqual({ type: 'cancel', id });
    // An answer that comes all the same is of no consequence.
    channel.say({ type: 'result', id, output: info });
  });

  it('confirms events in a later task, many at a time', async () => {
    const channel = new FakeChannel();
    const client = createClient(roadOf(channel));
    const heard: string[] = [];
    client.onEvent((event) => heard.push(event.type));
    await settle();
    for (let index = 0; index < 5; index += 1) channel.say({ type: 'event', event: { type: 'profiles' } });
    expect(heard).toHaveLength(5);
    expect(channel.sent.filter((message) => message.type === 'taken')).toEqual([]);
    await settle();
    expect(channel.sent.at(-1)).toEqual({ type: 'taken', count: 5 });
  });

  it('ignores what is not a message of the host', async () => {
    const channel = new FakeChannel();
    const client = createClient(roadOf(channel));
    const heard = vi.fn();
    client.onEvent(heard);
    await settle();
    channel.say('nonsense');
    expect(heard).not.toHaveBeenCalled();
  });

  it('fails open calls when the link is lost, and connects again', async () => {
    const [before, after] = [new FakeChannel(), new FakeChannel()];
    const client = createClient(roadOf(before, undefined, after));
    const caught = client.call('app.info', {}).catch((error: unknown) => error);
    await settle();
    before.close();
    expect(await caught).toMatchObject({ code: 'HOST_DISCONNECTED' });
    expect(client.link.get()).toBe('lost');
    await expect(client.call('app.info', {})).rejects.toMatchObject({ code: 'HOST_DISCONNECTED' });
    await vi.advanceTimersByTimeAsync(100);
    expect(client.link.get()).toBe('lost');
    await vi.advanceTimersByTimeAsync(100);
    expect(client.link.get()).toBe('connected');
    expect(after.sent).toEqual([{ type: 'listen' }]);
  });

  it('gives up where the road says so', async () => {
    const channel = new FakeChannel();
    const client = createClient({ connect: async () => channel, retryDelayMs: () => undefined });
    await settle();
    channel.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.link.get()).toBe('lost');
  });
});
