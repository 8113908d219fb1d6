/**
 * One connection of a capture, from the look at the slot to the end in good order. Whoever begins first gets hold of the
 * slot, which the server gives to one only, and raises the epoch then: so of two that start, the one that has no slot
 * does not disturb the one that has.
 */
import { once } from 'node:events';
import { AppError } from '../../contract/app-error.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { AskedRereads } from './asked-rereads.ts';
import { openConnection, type ConnectionDeps, type OpenedCapture } from './capture-connection.ts';
import type { CaptureWriter } from './capture-writer.ts';
import type { SlotFacts } from './capture-source.ts';
import { ChangeStream } from './change-stream.ts';
import { followTables, lackingOf, noteTables, shown } from './follow-tables.ts';
import { publicationStep } from './publication-step.ts';
import type { SeenLeaf } from './seen-leaves.ts';
import { sleepUnless } from './sleep-unless.ts';
import { decideStart } from './start-decision.ts';
import { isSameTable } from './table-states.ts';
import { TableSnapshots } from './table-snapshots.ts';
import { together } from './together.ts';

/** Milliseconds between two looks at the server: its position, what the slot holds, tables that were added. */
const LOOK_MS = 10_000;

/** Milliseconds that the look at the end may take. */
const LAST_LOOK_MS = 3_000;

/** Looks before a refusal counts: while another process works on the job, what is found first can be of before. */
const LOOKS = 3;

export interface AttemptDeps extends ConnectionDeps {
  readonly ownSlot: boolean;
  readonly ownPublication: boolean;
  /** All tables are to be read again; until that has begun. */
  readonly resnapshot: boolean;
  /** Undefined: for ever. */
  readonly until: 'current' | bigint | undefined;
  readonly onConnected: () => void;
  readonly rereads: AskedRereads;
  /** Milliseconds between two looks at the server; left out where nobody tests. */
  readonly lookMs?: number | undefined;
}

export class CaptureAttempt {
  readonly #deps: AttemptDeps;
  /** Fires when it is to end before it has read anything. */
  readonly #connecting = new AbortController();
  #end: (() => void) | undefined;
  #ending = false;
  /** Partitions whose rows have come, and which no look has judged. */
  #seen: SeenLeaf[] = [];

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
  }

  /** Ends in good order: what was read becomes durable, and the slot is told. Before that there is nothing to wait for. */
  end(): void {
    this.#ending = true;
    if (this.#end === undefined) this.#connecting.abort();
    else this.#end();
  }

  /** Comes back when {@link end} was called, or `until` was reached. @throws AppError; the signal ends it at once */
  async run(signal: AbortSignal): Promise<void> {
    await using held = new AsyncDisposableStack();
    const connected = await this.#connect(held, AbortSignal.any([signal, this.#connecting.signal])).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        // A server that does not answer, or a slot that waits for a transaction, must not hold up the end.
        if (this.#ending) return undefined;
        throw error;
      },
    );
    if (connected !== undefined) await this.#work(connected.opened, connected.facts, signal);
  }

  async #connect(
    held: AsyncDisposableStack,
    signal: AbortSignal,
  ): Promise<{ readonly opened: OpenedCapture; readonly facts: SlotFacts }> {
    const { facts: found, checkpoint, decision } = await this.#decide(signal);
    if (decision.tag === 'refuse') throw decision.error;
    const known = (checkpoint?.tables ?? []).map(({ table }) => table);
    const { facts, lacking } = await this.#publish(found, known, signal);
    const opened = await openConnection(decision, checkpoint, facts, this.#deps, held, signal);
    await noteTables(facts, opened.writer, this.#deps, { lacking, busy: [], seen: [] });
    return { opened, facts };
  }

  /**
   * The slot before the checkpoint: whoever else works on the job moves the checkpoint first. In the other order it would
   * look as if the slot had been moved over a gap.
   */
  async #decide(signal: AbortSignal) {
    const { history, source, access, ref, resnapshot, ownSlot } = this.#deps;
    for (let look = 1; ; look++) {
      const facts = await source.facts(access, ref, signal);
      const checkpoint = await history.look(signal);
      const decision = decideStart({ facts, slot: ref.slot, ownSlot, checkpoint, resnapshot });
      if (decision.tag !== 'refuse' || look === LOOKS) return { facts, checkpoint, decision };
    }
  }

  async #work(opened: OpenedCapture, facts: SlotFacts, signal: AbortSignal): Promise<void> {
    const { report, spec, history, onConnected } = this.#deps;
    const { stream, writer, marks, first } = opened;
    const onTell = () => report.checkpointed(writer.checkpoint, history.uri);
    onTell();
    report.connected(marks);
    report.news({ kind: 'streaming', fromLsn: formatLsn(marks.durable), epoch: writer.checkpoint.epoch });
    onConnected();
    const until = this.#deps.until === 'current' ? facts.currentLsn : this.#deps.until;
    const snapshots = new TableSnapshots({ ...this.#deps, writer, first }, facts.publication?.tables ?? []);
    const endWhenDone = () => {
      onTell();
      if (until !== undefined && marks.decoded >= until && snapshots.idle) this.end();
    };
    const { tables } = spec;
    const changes = new ChangeStream({ stream, writer, marks, report, tables, onDecoded: endWhenDone });
    this.#end = () => changes.end();
    if (this.#ending) changes.end();
    const others = new AbortController();
    const either = AbortSignal.any([signal, others.signal]);
    const reading = changes.run(either);
    await together(
      reading,
      [
        snapshots.run(either, endWhenDone),
        this.#look(opened, snapshots, facts, either),
        this.#reread(writer, snapshots, either),
        failureOf(writer.ended, either),
      ],
      others,
    );
    report.phase('stopping');
    // What has come and is gone at the next start would leave no trace.
    await this.#lookLast(opened, snapshots, signal);
    await writer.stop();
    onTell();
  }

  /**
   * The publication has every table that is wanted; one that is not ours is never changed. What was captured before and is gone
   * does not keep the others from being captured: the slot would hold the WAL of all of them.
   * @returns with the tables that it has lacked until now
   */
  async #publish(
    facts: SlotFacts,
    known: readonly CapturedTable[],
    signal: AbortSignal,
  ): Promise<{ readonly facts: SlotFacts; readonly lacking: readonly CapturedTable[] }> {
    const { spec, ref, source, access, ownPublication, report } = this.#deps;
    const { change, tables, lacking } = publicationStep(spec, ref, ownPublication, facts, known);
    if (!change) return { facts, lacking };
    await source.publish(access, { publication: ref.publication, tables, known }, signal);
    const now = await source.facts(access, ref, signal);
    const gone = lackingOf(spec, now);
    for (const table of gone)
      report.note(`The table ${shown(table)} is not there any more: the capture goes on without it.`);
    return {
      facts: now,
      lacking: lacking.filter((table) => !gone.some((other) => isSameTable(other, table))),
    };
  }

  /** Has tables read as others ask. */
  async #reread(writer: CaptureWriter, snapshots: TableSnapshots, signal: AbortSignal): Promise<void> {
    const { rereads } = this.#deps;
    for (;;) {
      const asked = await rereads.next(signal);
      await snapshots.whileHeld(asked.tables, () => writer.reread(asked));
      rereads.done(asked);
    }
  }

  /** Looks at the server from time to time. */
  async #look(
    opened: OpenedCapture,
    snapshots: TableSnapshots,
    first: SlotFacts,
    signal: AbortSignal,
  ): Promise<void> {
    const { lookMs = LOOK_MS } = this.#deps;
    await this.#follow(first, opened.writer, snapshots, []);
    for (;;) {
      await sleepUnless(lookMs, signal);
      await this.#lookOnce(opened, snapshots, signal);
    }
  }

  /** A server that does not answer must not hold up the end. */
  async #lookLast(opened: OpenedCapture, snapshots: TableSnapshots, signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(LAST_LOOK_MS);
    await this.#lookOnce(opened, snapshots, AbortSignal.any([signal, late])).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
    });
  }

  /** One look that fails is the next one's to make good. */
  async #lookOnce(
    { stream, writer }: OpenedCapture,
    snapshots: TableSnapshots,
    signal: AbortSignal,
  ): Promise<void> {
    const { source, access, ref } = this.#deps;
    // Before the catalogue is asked: a partition whose rows come afterwards may be younger than the answer.
    this.#seen.push(...stream.takeLeaves());
    const facts = await source.facts(access, ref, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      return undefined;
    });
    if (facts === undefined) return;
    const published = facts.publication?.tables ?? [];
    const isIn = (tables: readonly CapturedTable[], table: CapturedTable) =>
      tables.some((other) => isSameTable(other, table));
    const leaves = this.#seen.filter(({ name }) => !isIn(published, name));
    // Those of tables that are being read wait for a later look.
    this.#seen = leaves.filter(({ root }) => isIn(snapshots.busy, root));
    await this.#follow(facts, writer, snapshots, leaves);
  }

  async #follow(
    facts: SlotFacts,
    writer: CaptureWriter,
    snapshots: TableSnapshots,
    seen: readonly SeenLeaf[],
  ): Promise<void> {
    const { report } = this.#deps;
    report.gauge.server(facts.currentLsn);
    const restart = facts.slot?.restartLsn;
    report.held(restart === undefined ? null : Number(facts.currentLsn - restart));
    await followTables(facts, writer, snapshots, this.#deps, seen);
  }
}

/** Rejects with what has ended the writer. */
async function failureOf(ended: AbortSignal, signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([ended, signal]);
  if (!either.aborted) await once(either, 'abort');
  ended.throwIfAborted();
}
