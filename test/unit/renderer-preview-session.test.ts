import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { PreviewPage } from '../../electron/contract/preview.ts';
import type { Client } from '../../renderer/client/client.ts';
import { PAGE_SIZE, PreviewSession } from '../../renderer/features/browse/preview-session.ts';
import { isExact } from '../../renderer/features/browse/row-total.ts';
import { createStore } from '../../renderer/state/store.ts';

const TARGET = { connectionId: 'c', relation: { schema: 'public', name: 'Orders' } };

/** An engine with one relation of so many rows; `onPage` can stand in for a page. */
function engine(
  rows: number,
  onPage: (from: number) => Partial<PreviewPage> | Error | undefined = () => undefined,
) {
  const calls: string[] = [];
  let opened = 0;
  const call = vi.fn(async (name: string, input: { from?: number; row?: number }) => {
    calls.push(input.from === undefined ? name : `${name} ${input.from}`);
    if (name === 'preview.open') {
      opened += 1;
      return { previewId: `p${opened}`, columns: [{ name: 'id', type: 'integer' }], idleLimitMs: 1 };
    }
    if (name === 'preview.value') return { value: `whole ${input.row}` };
    if (name !== 'preview.page') return {};
    const from = input.from ?? 0;
    const given = onPage(from);
    if (given instanceof Error) throw given;
    const count = Math.max(0, Math.min(PAGE_SIZE, rows - from));
    const page = Array.from({ length: count }, (_, index) => [String(from + index)]);
    return { from, rows: page, end: count < PAGE_SIZE, reopened: false, ...given };
  });
  const client = { call, onEvent: () => () => undefined, link: createStore('connected') };
  return { client: client as unknown as Client, calls };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('preview session', () => {
  it('opens once, reads what is on the screen, and the page after it', async () => {
    const { client, calls } = engine(1_000);
    const session = new PreviewSession(client, TARGET, 1_000);
    session.want({ first: 0, end: 40 });
    await settle();
    expect(calls).toEqual(['preview.open', 'preview.page 0', 'preview.page 200']);
    expect(session.row(7)).toEqual(['7']);
    expect(isExact(session.state.get().total)).toBe(false);
  });

  it('skips pages that a fast scroll has left behind', async () => {
    const { client, calls } = engine(1_000_000);
    const session = new PreviewSession(client, TARGET, 1_000_000);
    session.want({ first: 0, end: 40 });
    for (let first = 0; first <= 500_000; first += 10_000) session.want({ first, end: first + 40 });
    await settle();
    expect(calls).toEqual(['preview.open', 'preview.page 500000', 'preview.page 500200']);
  });

  it('finds the end', async () => {
    const { client } = engine(5);
    const session = new PreviewSession(client, TARGET, null);
    session.want({ first: 0, end: 40 });
    await settle();
    expect(session.state.get().total).toMatchObject({ known: 5, limit: 5 });
  });

  it('forgets rows of another snapshot when the cursor was opened again', async () => {
    const { client } = engine(1_000, (from) => (from === 400 ? { reopened: true } : undefined));
    const session = new PreviewSession(client, TARGET, 1_000);
    session.want({ first: 0, end: 40 });
    await settle();
    session.want({ first: 400, end: 440 });
    await settle();
    expect(session.row(0)).toBeUndefined();
    expect(session.row(400)).toEqual(['400']);
    expect(session.state.get().reopened).toBe(true);
  });

  it('opens a preview again that the engine has forgotten', async () => {
    let refuse = true;
    const { client, calls } = engine(5, () => {
      if (!refuse) return undefined;
      refuse = false;
      return new AppError('SOURCE_PREVIEW_CLOSED', 'closed');
    });
    const session = new PreviewSession(client, TARGET, null);
    session.want({ first: 0, end: 5 });
    await settle();
    expect(calls).toEqual(['preview.open', 'preview.page 0', 'preview.open', 'preview.page 0']);
    expect(session.state.get()).toMatchObject({ error: undefined, reopened: true });
  });

  it('stops at an error until it is tried again', async () => {
    let broken = true;
    const { client, calls } = engine(5, () =>
      broken ? new AppError('SOURCE_CONNECTION_LOST', 'broken') : undefined,
    );
    const session = new PreviewSession(client, TARGET, null);
    session.want({ first: 0, end: 5 });
    await settle();
    session.want({ first: 0, end: 6 });
    await settle();
    expect(session.state.get().error?.code).toBe('SOURCE_CONNECTION_LOST');
    expect(calls).toHaveLength(2);
    broken = false;
    session.retry();
    await settle();
    expect(session.state.get().error).toBeUndefined();
    expect(session.row(4)).toEqual(['4']);
  });

  it('closes what it opened, also when it was left while the server was opening', async () => {
    const { client, calls } = engine(5);
    const early = new PreviewSession(client, TARGET, null);
    early.want({ first: 0, end: 5 });
    early.close();
    await settle();
    expect(calls).toEqual(['preview.open', 'preview.close']);
    const late = new PreviewSession(client, TARGET, null);
    late.want({ first: 0, end: 5 });
    await settle();
    late.close();
    await settle();
    expect(calls.slice(2)).toEqual(['preview.open', 'preview.page 0', 'preview.close']);
  });

  it('gives rows beyond the screen for copying, up to the end', async () => {
    const { client } = engine(450);
    const session = new PreviewSession(client, TARGET, null);
    session.want({ first: 0, end: 5 });
    await settle();
    expect(await session.rows({ first: 190, end: 999 })).toHaveLength(260);
    expect(await session.value(3, 0)).toBe('whole 3');
  });
});
