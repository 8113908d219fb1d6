import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { EVENT_WINDOW } from '../../electron/contract/wire.ts';
import { EventHub, WAITING_LIMIT } from '../../electron/host/event-hub.ts';
import { fakeEngine, logEvent, progressEvent } from '../fakes/host-engine.ts';

const RUN_A = '20261122T093000Z-aaaaaaaa';
const RUN_B = '20261122T093000Z-bbbbbbbb';

function listen() {
  const engine = fakeEngine({});
  const hub = new EventHub((listener) => engine.subscribe(listener));
  const got: EngineEvent[] = [];
  let givenUp = false;
  const subscription = hub.subscribe({
    send: (event) => void got.push(event),
    giveUp: () => {
      givenUp = true;
    },
  });
  return { engine, hub, got, subscription, givenUp: () => givenUp };
}

function fillWindow(engine: ReturnType<typeof fakeEngine>) {
  for (let i = 0; i < EVENT_WINDOW; i++) engine.emit(logEvent(RUN_A, `filler ${i}`));
}

describe('event hub', () => {
  it('sends at once, everything and in order, to a listener that keeps up', () => {
    const { engine, got, subscription } = listen();
    for (let rows = 0; rows < 500; rows++) {
      engine.emit(progressEvent(RUN_A, rows));
      subscription.taken(1);
    }
    expect(got).toEqual(Array.from({ length: 500 }, (_, rows) => progressEvent(RUN_A, rows)));
  });

  it('has at most a window of events on their way', () => {
    const { engine, got, subscription } = listen();
    for (let i = 0; i < EVENT_WINDOW * 3; i++) engine.emit(logEvent(RUN_A, String(i)));
    expect(got).toHaveLength(EVENT_WINDOW);
    subscription.taken(10);
    expect(got).toHaveLength(EVENT_WINDOW + 10);
  });

  it('keeps only the latest progress of each run while the listener is slow', () => {
    const { engine, got, subscription } = listen();
    fillWindow(engine);
    for (let rows = 1; rows <= 1_000; rows++) {
      engine.emit(progressEvent(RUN_A, rows));
      engine.emit(progressEvent(RUN_B, rows * 2));
    }
    subscription.taken(EVENT_WINDOW);
    expect(got.slice(EVENT_WINDOW)).toEqual([progressEvent(RUN_A, 1_000), progressEvent(RUN_B, 2_000)]);
  });

  it('keeps only the latest verdict on the slots of each connection, and every notice', () => {
    const { engine, got, subscription } = listen();
    const found = (connectionId: string, at: string): EngineEvent => ({
      type: 'wal',
      verdict: { connectionId, at, level: 'ok', troubled: [], count: 0, own: [], error: null },
    });
    const notice: EngineEvent = {
      type: 'walNotice',
      notice: { connectionId: 'a', level: 'danger', title: '', body: '' },
    };
    fillWindow(engine);
    for (const event of [found('a', '1'), found('b', '1'), notice, found('a', '2'), notice]) {
      engine.emit(event);
    }
    subscription.taken(EVENT_WINDOW);
    expect(got.slice(EVENT_WINDOW)).toEqual([found('b', '1'), notice, found('a', '2'), notice]);
  });

  it('drops nothing but progress, and keeps the order', () => {
    const { engine, got, subscription } = listen();
    fillWindow(engine);
    const expected: EngineEvent[] = [];
    for (let i = 0; i < 300; i++) {
      engine.emit(progressEvent(RUN_A, i));
      engine.emit(logEvent(RUN_A, `line ${i}`));
      engine.emit({ type: 'profiles' });
      expected.push(logEvent(RUN_A, `line ${i}`), { type: 'profiles' });
    }
    for (let i = 0; i < 20; i++) subscription.taken(EVENT_WINDOW);
    const after = got.slice(EVENT_WINDOW);
    expect(after.filter((event) => event.type !== 'progress')).toEqual(expected);
    expect(after.filter((event) => event.type === 'progress')).toEqual([progressEvent(RUN_A, 299)]);
  });

  it('does not let a progress overtake what happened before it', () => {
    const { engine, got, subscription } = listen();
    fillWindow(engine);
    engine.emit(progressEvent(RUN_A, 1));
    engine.emit(logEvent(RUN_A, 'between'));
    engine.emit(progressEvent(RUN_A, 2));
    subscription.taken(EVENT_WINDOW);
    expect(got.slice(EVENT_WINDOW)).toEqual([logEvent(RUN_A, 'between'), progressEvent(RUN_A, 2)]);
  });

  it('does not believe a listener that has taken more than it was sent', () => {
    const { engine, got, subscription } = listen();
    subscription.taken(1_000_000);
    for (let i = 0; i < EVENT_WINDOW * 2; i++) engine.emit(logEvent(RUN_A, String(i)));
    expect(got).toHaveLength(EVENT_WINDOW);
  });

  it('gives up a listener that takes nothing, before it fills the memory', () => {
    const { engine, got, givenUp } = listen();
    fillWindow(engine);
    for (let i = 0; i < WAITING_LIMIT; i++) engine.emit(logEvent(RUN_A, 'x'));
    expect(givenUp()).toBe(false);
    engine.emit(logEvent(RUN_A, 'x'));
    expect(givenUp()).toBe(true);
    engine.emit(logEvent(RUN_A, 'x'));
    expect(got).toHaveLength(EVENT_WINDOW);
  });

  it('is one listener of the engine for all windows, and none after it was closed', () => {
    const { engine, hub } = listen();
    hub.subscribe({ send: () => undefined, giveUp: () => undefined });
    expect(engine.listeners.size).toBe(1);
    hub.close();
    expect(engine.listeners.size).toBe(0);
  });

  it('lets a slow listener not slow another one', () => {
    const { engine, hub, got } = listen();
    const quick: EngineEvent[] = [];
    const subscription = hub.subscribe({
      send: (event) => void quick.push(event),
      giveUp: () => undefined,
    });
    for (let i = 0; i < EVENT_WINDOW * 2; i++) {
      engine.emit(logEvent(RUN_A, String(i)));
      subscription.taken(1);
    }
    expect(got).toHaveLength(EVENT_WINDOW);
    expect(quick).toHaveLength(EVENT_WINDOW * 2);
  });
});
