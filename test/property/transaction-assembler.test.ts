/** Whatever the server does: the transactions that were committed, in the order of their commits, each once. */
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShapeBook } from '../../electron/engine/capture/shape-book.ts';
import { TransactionAssembler } from '../../electron/engine/capture/transaction-assembler.ts';
import { TransactionSpool } from '../../electron/engine/capture/transaction-spool.ts';
import { kept, type Captured } from '../harness/capture-reader.ts';
import { madeUp, sentFrom, type Sent, type SentEvent } from '../harness/capture/sender-model.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

/** Messages that come together. */
const BATCH = 7;

/** What was read, copied before the next message makes it invalid. */
async function assembled(sent: readonly Sent[], from: bigint, folder: string): Promise<Captured[]> {
  await using spool = await TransactionSpool.open(folder, 1024 ** 3);
  const assembler = new TransactionAssembler(from, new ShapeBook(), spool);
  const items: Captured[] = [];
  const take = () => items.push(...assembler.take().map(kept));
  for (const [index, each] of sent.entries()) {
    if (each.kind === 'keepalive') assembler.keepalive(each.lsn);
    else {
      const bytes = Buffer.concat([Buffer.of(1, 2, 3), each.bytes, Buffer.of(9)]);
      const due = assembler.accept(bytes, 3, bytes.length - 1, each.lsn);
      take();
      if (due !== undefined) for await (const batch of assembler.replay(due)) items.push(...batch.map(kept));
      // What is not copied by now is lost.
      bytes.fill(0);
    }
    if (index % BATCH === 0) await assembler.settle();
    take();
  }
  return items;
}

/** One line for each item of a transaction; also holds that positions only go up, and lie between transactions. */
function linesOf(items: readonly Captured[], from: bigint): string[] {
  const lines: string[] = [];
  let reached = from;
  let inside = false;
  for (const item of items) {
    if (item.kind === 'position') {
      expect(inside).toBe(false);
      expect(item.lsn > reached).toBe(true);
      reached = item.lsn;
    } else if (item.kind === 'begin') {
      expect(inside).toBe(false);
      expect(item.commitLsn >= reached).toBe(true);
      inside = true;
      lines.push(`begin ${item.xid} ${item.commitLsn} ${item.origin ?? 'here'}`);
    } else if (item.kind === 'commit') {
      expect(inside).toBe(true);
      inside = false;
      reached = item.endLsn;
      lines.push(`commit ${item.commitLsn} ${item.endLsn}`);
    } else {
      const columns = item.shape.file.columns.map(({ name, type }) => `${name} ${type}`).join();
      lines.push(`${item.operation} ${item.table} ${item.lsn} ${columns} ${JSON.stringify(item.after)}`);
    }
  }
  expect(inside).toBe(false);
  return lines;
}

/** The oracle: what was committed at or behind the position, without what was rolled back inside. */
function expectedLines(events: readonly SentEvent[], from: bigint): string[] {
  return events.flatMap((event) => {
    if (event.kind !== 'plain' && event.kind !== 'end') return [];
    const { xid, origin, changes, undone, commit } = event.transaction;
    const stay = changes.filter((change) => !undone.has(change.xid));
    if (commit === undefined || commit.lsn < from || stay.length === 0) return [];
    const lines = stay.flatMap(({ kind, tables, value, lsn }) =>
      tables.map(({ id, version }) => {
        const names = Array.from({ length: version + 1 }, (_, column) => `c${column}`);
        const columns = names.map((name) => `${name} public.mood_${version}`).join();
        const row = kind === 'insert' ? Object.fromEntries(names.map((name) => [name, value])) : undefined;
        return `${kind} t${id} ${lsn} ${columns} ${JSON.stringify(row)}`;
      }),
    );
    return [
      `begin ${xid} ${commit.lsn} ${origin ?? 'here'}`,
      ...lines,
      `commit ${commit.lsn} ${commit.endLsn}`,
    ];
  });
}

test('every committed transaction comes once, in order, from every position and whatever lies between', async () => {
  const folder = await makeTemporaryFolder('assembler');
  const spool = path.join(folder.path, 'spool');
  let streamed = 0;
  let undone = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5_039), { minLength: 100, maxLength: 300, size: 'max' }),
        fc.boolean(),
        async (tape, repeats) => {
          const events = madeUp(tape);
          const ends = events.filter((event) => event.kind === 'end');
          streamed += ends.filter(({ transaction }) => transaction.commit !== undefined).length;
          undone += ends.filter(
            ({ transaction }) => transaction.commit !== undefined && transaction.undone.size > 0,
          ).length;
          const commits = events.flatMap((event) =>
            (event.kind === 'plain' || event.kind === 'end') && event.transaction.commit !== undefined
              ? [event.transaction.commit]
              : [],
          );
          for (const from of [0n, ...commits.flatMap(({ lsn, endLsn }) => [lsn, endLsn])]) {
            // A server that leaves out what was committed before, and one that sends everything it still has.
            for (const sendsFrom of from === 0n ? [0n] : [from, 0n]) {
              const items = await assembled(sentFrom(events, sendsFrom, repeats), from, spool);
              expect(linesOf(items, from), `from ${from}`).toEqual(expectedLines(events, from));
            }
          }
        },
      ),
      // Small numbers are choices like others; and a failure is made smaller only until it can still be told.
      { numRuns: 25, unbiased: true, interruptAfterTimeLimit: 20_000 },
    );
  } finally {
    await folder.remove();
  }
  // The tapes reach what the test is about.
  expect(streamed).toBeGreaterThan(10);
  expect(undone).toBeGreaterThan(0);
});
