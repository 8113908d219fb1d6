/**
 * What a server does with transactions that run side by side, and the messages in which it says so: a plain one as a whole
 * when it is committed, a large one in blocks while it runs. It keeps account of what it has said of relations: for plain
 * transactions together, for one in blocks by itself, and what that has said counts for all once it is committed.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
import { PgoutputWriter } from '../pgoutput-writer.ts';

/** A change of some tables in the version that their columns have for it; several tables where it is a truncate. */
export interface SentChange {
  /** The transaction, or the one inside of it. */
  readonly xid: number;
  readonly kind: 'insert' | 'truncate';
  readonly tables: readonly { readonly id: number; readonly version: number }[];
  readonly value: string;
  readonly lsn: bigint;
}

export interface SentTransaction {
  readonly xid: number;
  readonly origin: string | undefined;
  /** In the order of the WAL, those included that are rolled back. */
  readonly changes: SentChange[];
  readonly undone: Set<number>;
  /** Undefined where it is rolled back, or has not ended. */
  commit?: { readonly lsn: bigint; readonly endLsn: bigint };
}

export type SentEvent =
  | { readonly kind: 'plain'; readonly transaction: SentTransaction }
  | {
      readonly kind: 'block';
      readonly transaction: SentTransaction;
      readonly first: boolean;
      readonly changes: readonly SentChange[];
    }
  | { readonly kind: 'undo'; readonly transaction: SentTransaction; readonly xids: readonly number[] }
  | { readonly kind: 'end'; readonly transaction: SentTransaction }
  | { readonly kind: 'keepalive'; readonly lsn: bigint };

/** Makes up what a server does, by the numbers of the tape, until that is at its end. */
export function madeUp(tape: readonly number[]): SentEvent[] {
  const events: SentEvent[] = [];
  let at = 0;
  const choose = (below: number) => (tape[at++] ?? 0) % below;
  let lsn = 1_000n;
  const step = () => (lsn += 8n);
  let xid = 700;
  const running: { transaction: SentTransaction; inner: number[]; begun: boolean }[] = [];
  const begin = (): SentTransaction => ({
    xid: ++xid,
    origin: choose(4) === 0 ? `node_${choose(3)}` : undefined,
    changes: [],
    undone: new Set(),
  });
  const change = (transaction: SentTransaction, of: number): SentChange => {
    const truncate = choose(6) === 0;
    const ids = truncate ? [1, 2, 3].slice(choose(3)) : [1 + choose(3)];
    const made: SentChange = {
      xid: of,
      kind: truncate ? 'truncate' : 'insert',
      tables: ids.map((id) => ({ id, version: choose(3) })),
      value: `value ${transaction.changes.length} of ${of}`,
      lsn: step(),
    };
    transaction.changes.push(made);
    return made;
  };
  const commit = (transaction: SentTransaction) => {
    transaction.commit = { lsn: step(), endLsn: step() };
  };
  while (at < tape.length) {
    const what = choose(9);
    const chosen = running[choose(Math.max(1, running.length))];
    if (what <= 1) {
      const transaction = begin();
      for (let count = choose(4); count > 0; count--) change(transaction, transaction.xid);
      commit(transaction);
      events.push({ kind: 'plain', transaction });
    } else if (what === 2) running.push({ transaction: begin(), inner: [], begun: false });
    else if (what === 3) events.push({ kind: 'keepalive', lsn });
    else if (chosen === undefined) continue;
    else if (what <= 5) {
      const { transaction, inner } = chosen;
      const from = transaction.changes.length;
      for (let count = 1 + choose(5); count > 0; count--) {
        if (choose(3) === 0) inner.push(++xid);
        else if (choose(4) === 0) inner.pop();
        change(transaction, inner.at(-1) ?? transaction.xid);
      }
      events.push({
        kind: 'block',
        transaction,
        first: !chosen.begun,
        changes: transaction.changes.slice(from),
      });
      chosen.begun = true;
    } else if (what === 6 && chosen.inner.length > 0) {
      // With all that it has begun itself, the innermost first.
      const xids = chosen.inner.splice(choose(chosen.inner.length)).toReversed();
      for (const each of xids) chosen.transaction.undone.add(each);
      if (chosen.begun) events.push({ kind: 'undo', transaction: chosen.transaction, xids });
    } else if (chosen.begun) {
      running.splice(running.indexOf(chosen), 1);
      if (choose(3) > 0) commit(chosen.transaction);
      events.push({ kind: 'end', transaction: chosen.transaction });
    }
  }
  return events;
}

export type Sent =
  | { readonly kind: 'message'; readonly lsn: bigint; readonly bytes: Buffer }
  | { readonly kind: 'keepalive'; readonly lsn: bigint };

const message = (kind: string) => PgoutputWriter.message(kind);

interface Told {
  readonly version: number;
  readonly at: number;
}

/**
 * The messages of a connection. Of transactions that were committed before `from`, nothing comes.
 * @param repeats what the server says of relations once more than it has to, as after every change of a catalogue
 */
export function sentFrom(events: readonly SentEvent[], from: bigint, repeats: boolean): Sent[] {
  const sent: Sent[] = [];
  const told = new Map<number, Told>();
  const toldIn = new Map<SentTransaction, Map<number, Told>>();
  const say = (lsn: bigint, writer: PgoutputWriter) => {
    sent.push({ kind: 'message', lsn, bytes: writer.bytes() });
  };
  const write = (change: SentChange, streamed: boolean, known: Map<number, Told>) => {
    const begin = (kind: string) => (streamed ? message(kind).int32(change.xid) : message(kind));
    for (const { id, version } of change.tables) {
      if (known.get(id)?.version === version && !repeats) continue;
      const type = 90_000 + id;
      say(change.lsn, begin('Y').int32(type).text('public').text(`mood_${version}`));
      const relation = begin('R')
        .int32(id)
        .text('public')
        .text(`t${id}`)
        .int8(0x64)
        .int16(version + 1);
      for (let column = 0; column <= version; column++)
        relation
          .int8(column === 0 ? 1 : 0)
          .text(`c${column}`)
          .int32(type)
          .int32(-1);
      say(change.lsn, relation);
      known.set(id, { version, at: sent.length });
    }
    const [first] = change.tables;
    if (change.kind === 'truncate') {
      const truncate = begin('T').int32(change.tables.length).int8(0);
      for (const { id } of change.tables) truncate.int32(id);
      say(change.lsn, truncate);
    } else if (first !== undefined) {
      const row = Array.from({ length: first.version + 1 }, () => ({ text: change.value }));
      say(change.lsn, begin('I').int32(first.id).int8(0x4e).tuple(row));
    }
  };
  const origin = ({ origin: name }: SentTransaction, lsn: bigint) => {
    if (name !== undefined) say(lsn, message('O').int64(lsn).text(name));
  };
  for (const event of events) {
    if (event.kind === 'keepalive') {
      sent.push(event);
      continue;
    }
    const { transaction } = event;
    const { xid, commit } = transaction;
    if (commit !== undefined && commit.lsn < from) continue;
    if (event.kind === 'plain' && commit !== undefined) {
      say(0n, message('B').int64(commit.lsn).int64(5n).int32(xid));
      origin(transaction, commit.lsn);
      for (const change of transaction.changes) {
        write(change, false, told);
        if (change.value.startsWith('value 1')) sent.push({ kind: 'keepalive', lsn: change.lsn });
      }
      say(commit.lsn, message('C').int8(0).int64(commit.lsn).int64(commit.endLsn).int64(5n));
    } else if (event.kind === 'block') {
      const known = toldIn.get(transaction) ?? new Map<number, Told>();
      toldIn.set(transaction, known);
      const lsn = event.changes[0]?.lsn ?? 0n;
      say(
        lsn,
        message('S')
          .int32(xid)
          .int8(event.first ? 1 : 0),
      );
      origin(transaction, lsn);
      for (const change of event.changes) write(change, true, known);
      say(lsn, message('E'));
    } else if (event.kind === 'undo') {
      for (const inner of event.xids) say(0n, message('A').int32(xid).int32(inner));
    } else if (commit === undefined) say(0n, message('A').int32(xid).int32(xid));
    else {
      say(commit.lsn, message('c').int32(xid).int8(0).int64(commit.lsn).int64(commit.endLsn).int64(5n));
      for (const [id, its] of toldIn.get(transaction) ?? []) {
        if ((told.get(id)?.at ?? -1) < its.at) told.set(id, its);
      }
    }
  }
  return sent;
}
