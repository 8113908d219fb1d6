/** A peek in the window: pages that follow one another, and an end that the user decides. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { PeekChange, PeekPage } from '../../electron/contract/peek.ts';
import type { Client } from '../../renderer/client/client.ts';
import { peekLines, summaryOf, valueText } from '../../renderer/features/wal/peek-lines.ts';
import { NO_PEEK, PeekSession, withPage } from '../../renderer/features/wal/peek-session.ts';
import { createStore } from '../../renderer/state/store.ts';

const change = (index: number, xid: number, more: Partial<PeekChange> = {}): PeekChange => ({
  index,
  xid,
  lsn: '0/1',
  operation: 'insert',
  relation: { schema: 'public', name: 'a' },
  identity: 'default',
  columns: [{ name: 'id', type: 'integer', key: true, after: String(index), changed: 'yes' }],
  text: null,
  bytes: 1,
  ...more,
});
const page = (more: Partial<PeekPage>): PeekPage => ({
  transactions: [],
  changes: [],
  withdrawn: [],
  plugin: 'pgoutput',
  warnings: [],
  progress: { lsn: '0/1', changes: 0, bytes: 0, elapsedMs: 1 },
  end: null,
  ...more,
});

/** A client whose calls answer from a table, and are noted. */
function fakeClient(answers: Record<string, (signal: AbortSignal | undefined) => Promise<unknown>>) {
  const called: string[] = [];
  const client = {
    link: createStore('connected' as const),
    onEvent: () => () => undefined,
    call: (name: string, _input: unknown, signal?: AbortSignal) => {
      called.push(name);
      return answers[name]?.(signal) ?? Promise.resolve({});
    },
  } as unknown as Client;
  return { client, called };
}

describe('a peek session', () => {
  it('reads to the end, and closes', async () => {
    const pages = [page({ changes: [change(0, 7)] }), page({ changes: [change(1, 7)], end: 'caughtUp' })];
    const { client, called } = fakeClient({
      'wal.peekOpen': () => Promise.resolve({ peekId: 'p' }),
      'wal.peekNext': () => Promise.resolve(pages.shift()),
    });
    const session = new PeekSession(client);
    await session.start({ connectionId: 'c', slot: 's' });
    expect(session.state.get()).toMatchObject({ phase: 'ended', end: 'caughtUp' });
    expect(session.state.get().changes.map(({ index }) => index)).toEqual([0, 1]);
    expect(called).toEqual(['wal.peekOpen', 'wal.peekNext', 'wal.peekNext', 'wal.peekClose']);
  });

  it('is stopped at once, keeps what has come, and closes', async () => {
    const { client, called } = fakeClient({
      'wal.peekOpen': () => Promise.resolve({ peekId: 'p' }),
      'wal.peekNext': (signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const session = new PeekSession(client);
    const started = session.start({ connectionId: 'c', slot: null });
    await expect.poll(() => called.includes('wal.peekNext')).toBe(true);
    session.stop();
    expect(session.state.get().phase).toBe('stopped');
    await started;
    expect(session.state.get().phase).toBe('stopped');
    expect(called.at(-1)).toBe('wal.peekClose');
  });

  it('shows why it failed', async () => {
    const { client } = fakeClient({
      'wal.peekOpen': () => Promise.reject(new AppError('SLOT_NO_RIGHTS', 'no')),
    });
    const session = new PeekSession(client);
    await session.start({ connectionId: 'c', slot: 's' });
    expect(session.state.get()).toMatchObject({ phase: 'failed', error: { code: 'SLOT_NO_RIGHTS' } });
  });
});

describe('the lines of a peek', () => {
  it('have a head for each piece of a transaction, and mark what was rolled back', () => {
    const state = withPage(
      NO_PEEK,
      page({ changes: [change(0, 7), change(1, 8), change(2, 7)], withdrawn: [1] }),
    );
    expect(
      peekLines(state).map((line) =>
        line.kind === 'transaction' ? line.xid : [line.change.index, line.withdrawn],
      ),
    ).toEqual([7, [0, false], 8, [1, true], 7, [2, false]]);
  });

  it('tell of an update its key, and what is or may be new', () => {
    const column = { type: 'text', key: false } as const;
    const update = change(0, 7, {
      operation: 'update',
      columns: [
        { name: 'id', type: 'integer', key: true, before: '1', after: '1', changed: 'no' },
        { ...column, name: 'a', before: 'x', after: 'y', changed: 'yes' },
        { ...column, name: 'b', before: 'x', after: 'x', changed: 'no' },
        { ...column, name: 'c', before: { absent: 'notCarried' }, after: null, changed: 'unknown' },
        {
          ...column,
          name: 'd',
          before: { absent: 'notCarried' },
          after: { absent: 'unchanged' },
          changed: 'no',
        },
      ],
    });
    expect(summaryOf(update)).toBe('id=1  a=y  c=NULL');
  });

  it.each([
    [null, 'NULL'],
    ['', ''],
    [{ cut: 'ab', bytes: 5_000 }, 'ab… (5.00 kB)'],
    [{ absent: 'unchanged' } as const, 'unchanged (TOAST): not in the WAL'],
    [{ absent: 'notCarried' } as const, 'not in the WAL'],
  ])('%j is shown as %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});
