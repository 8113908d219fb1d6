/** Gets hold of the slot and then of the history, in the way that was decided. */
import type { CaptureCheckpoint, CaptureLogEntry } from '../../contract/capture-log.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { CaptureHistory } from './capture-history.ts';
import type { CaptureReport } from './capture-report.ts';
import type { CaptureSource, CaptureStream, ExportedSnapshot, SlotFacts, SlotRef } from './capture-source.ts';
import type { CaptureWriter } from './capture-writer.ts';
import type { CaptureWriterObserver } from './writer-options.ts';
import { ProgressMarks } from './progress-marks.ts';
import type { StartDecision } from './start-decision.ts';
import { wantedTables } from './table-states.ts';

export interface ConnectionDeps {
  readonly spec: CaptureSpec;
  readonly ref: SlotRef;
  readonly access: ConnectionAccess;
  readonly source: CaptureSource;
  readonly history: CaptureHistory;
  readonly report: CaptureReport;
  readonly spoolFolder: string;
  /** The history goes on in a new slot. */
  readonly onRenewed: () => void;
  /** Something has become durable: what was wrong before is over. */
  readonly onDurable: () => void;
}

export interface OpenedCapture {
  readonly stream: CaptureStream;
  readonly writer: CaptureWriter;
  readonly marks: ProgressMarks;
  /** The snapshot of a slot that was just made. */
  readonly first: ExportedSnapshot | undefined;
}

/** @param held what is to be closed afterwards, in the order that is right */
export async function openConnection(
  decision: Exclude<StartDecision, { readonly tag: 'refuse' }>,
  checkpoint: CaptureCheckpoint | undefined,
  facts: SlotFacts,
  deps: ConnectionDeps,
  held: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<OpenedCapture> {
  const { history, ref, spec, source, access, onRenewed } = deps;
  const wanted = wantedTables(spec, facts.publication?.tables ?? []);
  const acks = new Acknowledgements(deps);
  let first: ExportedSnapshot | undefined;
  let from: bigint;
  if (decision.tag === 'adopt' || decision.tag === 'resume') from = decision.from;
  else {
    if (decision.tag === 'renew') await giveUpSlot(facts, deps, acks, signal);
    first = held.use(await source.createSlot(access, ref, signal));
    from = first.lsn;
  }
  const begin = { lsn: from, tables: wanted };
  acks.stream = held.use(await openStream(from, deps, signal));
  // A checkpoint that has no position was left by a start that did not get this far.
  if (checkpoint !== undefined && decision.tag !== 'resume') {
    if (decision.tag !== 'renew') await assertUnmoved(checkpoint, deps, signal);
    await history.restart(facts, ref, begin, acks, signal);
  }
  onRenewed();
  const writer = held.use(await history.open(facts, ref, begin, acks, signal));
  const marks = new ProgressMarks(writer.start);
  acks.marks = marks;
  acks.stream.ack(writer.start);
  await writer.setTables(wanted);
  return { stream: acks.stream, writer, marks, first };
}

/**
 * Whoever had the slot until now may have gone on since the checkpoint was read: to begin again there would write twice what
 * that one has written. @throws AppError `SLOT_IN_USE`, so that all is looked at anew
 */
async function assertUnmoved(
  { writeId }: CaptureCheckpoint,
  { history, ref }: ConnectionDeps,
  signal: AbortSignal,
): Promise<void> {
  if ((await history.look(signal))?.writeId === writeId) return;
  throw new AppError('SLOT_IN_USE', `Another process has read the slot "${ref.slot}" until now.`);
}

/** Before a slot is dropped the checkpoint says that its position counts no longer: a crash then begins anew. */
async function giveUpSlot(
  facts: SlotFacts,
  { history, ref, spec, source, access }: ConnectionDeps,
  acks: CaptureWriterObserver,
  signal: AbortSignal,
): Promise<void> {
  if (facts.slot?.activePid !== undefined) {
    throw new AppError(
      'SLOT_IN_USE',
      `The slot "${ref.slot}" is read by process ${facts.slot.activePid} of the server: it cannot be made anew.`,
    );
  }
  const tables = wantedTables(spec, facts.publication?.tables ?? []);
  await history.restart(facts, ref, { lsn: 0n, tables }, acks, signal);
  if (facts.slot !== undefined) await source.dropSlot(access, ref, signal);
}

async function openStream(
  from: bigint,
  { source, access, ref, spoolFolder, spec }: ConnectionDeps,
  signal: AbortSignal,
): Promise<CaptureStream> {
  const { spoolBytes } = spec;
  return await source.open(access, { ...ref, from, spoolFolder, spoolBytes }, signal);
}

/** Durable first, then the slot: the two never change places. */
class Acknowledgements implements CaptureWriterObserver {
  readonly #deps: ConnectionDeps;
  stream: CaptureStream | undefined;
  marks: ProgressMarks | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  onDurable(lsn: bigint): void {
    const { report, onDurable } = this.#deps;
    this.marks?.store(lsn);
    report.gauge.durable(lsn);
    this.stream?.ack(lsn);
    this.marks?.ack(lsn);
    onDurable();
  }

  onEntry(entry: CaptureLogEntry): void {
    this.#deps.report.written(entry);
  }

  onNote(message: string): void {
    this.#deps.report.note(message);
  }

  onWaiting(error: AppError, delayMs: number): void {
    this.#deps.report.waiting(error, delayMs);
  }

  onRecovered(): void {
    this.#deps.report.recovered();
  }
}
