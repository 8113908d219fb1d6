/**
 * A capture at work: connects, and connects again for as long as time can mend what went wrong; pauses, goes on and ends
 * when it is told to. Everything that decides is a pure function beside it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import { describeBytes } from '../wal/describe.ts';
import type { CaptureFacts } from '../wal/wal-source.ts';
import type { Clock, ConnectionAccess } from '../ports.ts';
import type { Reread } from '../../contract/capture-calls.ts';
import { AskedRereads } from './asked-rereads.ts';
import { CaptureAttempt } from './capture-attempt.ts';
import type { CaptureHistory } from './capture-history.ts';
import type { CaptureReport } from './capture-report.ts';
import { afterFailure } from './capture-retry.ts';
import type { CaptureSource, SlotRef } from './capture-source.ts';
import { assertReady } from './preflight-refusal.ts';

export interface CaptureRunDeps {
  readonly spec: CaptureSpec;
  readonly ref: SlotRef;
  readonly ownSlot: boolean;
  readonly ownPublication: boolean;
  readonly source: CaptureSource;
  readonly captureFacts: (access: ConnectionAccess, signal: AbortSignal) => Promise<CaptureFacts>;
  /** Asked anew for each connection: passwords and keys are renewed. */
  readonly access: () => Promise<ConnectionAccess>;
  readonly openHistory: () => Promise<CaptureHistory>;
  readonly report: CaptureReport;
  readonly spoolFolder: string;
  readonly resnapshot: boolean;
  readonly until: 'current' | bigint | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** See `AttemptDeps`. */
  readonly lookMs?: number | undefined;
}

/** What the user wants of it. `stop` is for ever. */
type Wish = 'run' | 'pause' | 'stop';

export class CaptureRun {
  readonly #deps: CaptureRunDeps;
  readonly #atOnce = new AbortController();
  #wish: Wish = 'run';
  #attempt: CaptureAttempt | undefined;
  /** Aborted, and made anew, whenever the wish changes: what waits for something else looks again. */
  #changed = new AbortController();
  #resnapshot: boolean;
  readonly #rereads = new AskedRereads();
  #worked = false;
  #checked = false;

  constructor(deps: CaptureRunDeps) {
    this.#deps = deps;
    this.#resnapshot = deps.resnapshot;
  }

  /** Works until it is stopped, `until` is reached, or something fails that time does not mend. Never throws. */
  async run(): Promise<void> {
    const { report } = this.#deps;
    try {
      await this.#work();
      report.phase('stopped');
    } catch (error) {
      if (this.#atOnce.signal.aborted) report.phase('stopped');
      else report.failed(error);
    }
  }

  /** Ends in good order: what was read becomes durable first. */
  stop(): void {
    this.#wants('stop');
  }

  /** Lets go of the slot; the server keeps the WAL. */
  pause(): void {
    if (this.#wish === 'run') this.#wants('pause');
  }

  resume(): void {
    if (this.#wish === 'pause') this.#wants('run');
  }

  /** Has tables read anew, later, or on, as soon as there is a connection. */
  reread(asked: Reread): void {
    this.#rereads.push(asked);
  }

  /** Ends without good order: what was read and is not durable is read again next time. */
  abort(): void {
    this.#atOnce.abort();
    this.#wants('stop');
  }

  #wants(wish: Wish): void {
    this.#wish = wish;
    const before = this.#changed;
    this.#changed = new AbortController();
    before.abort();
    if (wish !== 'run') this.#attempt?.end();
  }

  async #work(): Promise<void> {
    const { report } = this.#deps;
    let failures = 0;
    let troubleMs = 0;
    while (this.#wish !== 'stop') {
      const { signal: changed } = this.#changed;
      if (this.#wish === 'pause') {
        await this.#paused();
        continue;
      }
      const durable = () => {
        failures = 0;
      };
      try {
        report.phase('starting');
        if (await this.#once(durable)) return;
      } catch (error) {
        this.#atOnce.signal.throwIfAborted();
        const now = this.#deps.clock.monotonicMs();
        if (failures === 0) troubleMs = now;
        failures += 1;
        const { ownSlot, random, ref } = this.#deps;
        const renewable = ownSlot && report.isEmpty;
        const facts = { error, failures, worked: this.#worked, troubleMs: now - troubleMs, renewable };
        const retry = afterFailure({ ...facts, random: random() });
        if (retry.tag === 'give-up') throw error;
        if (retry.tag === 'renew') {
          this.#resnapshot = true;
          report.note(
            `The server cannot decode what the slot "${ref.slot}" has. Nothing of it is at the destination yet, so a new slot is made.`,
          );
        }
        report.waiting(error, retry.delayMs);
        await waitFor(retry.delayMs, changed);
      }
    }
  }

  /** One connection. True where it has ended by itself: then `until` is reached. */
  async #once(onDurable: () => void): Promise<boolean> {
    const { source, report, spoolFolder, spec, ref, ownSlot, ownPublication, until } = this.#deps;
    const signal = this.#atOnce.signal;
    const access = await this.#deps.access();
    await this.#check(access, AbortSignal.any([signal, this.#changed.signal])).catch((error: unknown) => {
      // Told to end meanwhile: a server that does not answer is not waited for.
      if (this.#wish === 'run') throw error;
    });
    await using history = await this.#deps.openHistory();
    const attempt = new CaptureAttempt({
      spec,
      ref,
      ownSlot,
      ownPublication,
      access,
      source,
      history,
      report,
      spoolFolder,
      until,
      lookMs: this.#deps.lookMs,
      rereads: this.#rereads,
      resnapshot: this.#resnapshot,
      onRenewed: () => {
        this.#resnapshot = false;
      },
      onConnected: () => {
        this.#worked = true;
      },
      onDurable,
    });
    this.#attempt = attempt;
    try {
      if (this.#wish === 'run') await attempt.run(signal);
    } finally {
      this.#attempt = undefined;
    }
    return this.#wish === 'run';
  }

  /** Once: later it is the slot itself that says what is wrong. */
  async #check(access: ConnectionAccess, signal: AbortSignal): Promise<void> {
    if (this.#checked) return;
    const { captureFacts, ref } = this.#deps;
    assertReady(await captureFacts(access, signal), ref.slot);
    this.#checked = true;
  }

  async #paused(): Promise<void> {
    const { report, ref } = this.#deps;
    report.phase('paused');
    let told: string | undefined;
    while (this.#wish === 'pause') {
      // Taken before the server is asked: who resumes meanwhile must not wait for the next look.
      const { signal: changed } = this.#changed;
      const held = await this.#held();
      const note = `Paused: the slot "${ref.slot}" holds ${held === null ? 'WAL' : `${describeBytes(held)} of WAL`} on the server, and more with every change.`;
      if (told !== undefined && told !== note) report.forgetNote(told);
      report.note(note);
      told = note;
      await waitFor(PAUSE_LOOK_MS, changed);
    }
    if (told !== undefined) report.forgetNote(told);
  }

  /** Bytes that the server keeps; null where it does not say now. */
  async #held(): Promise<number | null> {
    const { source, ref, report } = this.#deps;
    try {
      const { slot, currentLsn } = await source.facts(await this.#deps.access(), ref, this.#atOnce.signal);
      const held = slot?.restartLsn === undefined ? null : Number(currentLsn - slot.restartLsn);
      report.held(held);
      report.gauge.server(currentLsn);
      return held;
    } catch (error) {
      this.#atOnce.signal.throwIfAborted();
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}

/** Waits, or until the signal fires. */
async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Milliseconds between two looks at what a paused capture holds. */
const PAUSE_LOOK_MS = 60_000;
