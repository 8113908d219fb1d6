/** The calls about captures: those of this process, and those that other processes of this machine work on. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { CapturePlan, CaptureStartInput, Reread } from '../../contract/capture-calls.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { CapturePhase, CaptureStatus } from '../../contract/capture-status.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { CallHandlers } from '../call-handlers.ts';
import { parseLsn } from '../decode/lsn.ts';
import type { Clock, ConnectionAccess, Log } from '../ports.ts';
import type { CaptureFacts } from '../wal/wal-source.ts';
import { ActiveCapture } from './active-capture.ts';
import type { CaptureHistory } from './capture-history.ts';
import { CaptureReport } from './capture-report.ts';
import type { CaptureOwner, CaptureRequest, CaptureShelf, StoredCapture } from './capture-shelf.ts';
import type { CaptureSource } from './capture-source.ts';
import { assertCaptured } from './captured-tables.ts';
import { refuseSlotOfAnother, slotOf } from './job-slot.ts';
import { planStart } from './plan-start.ts';

/** Milliseconds between two looks whether another process has done what it was asked. */
const ASKED_MS = 100;

export interface CaptureDeskDeps {
  readonly owner: CaptureOwner;
  readonly isAlive: (owner: CaptureOwner) => boolean;
  readonly shelf: CaptureShelf;
  readonly source: CaptureSource;
  readonly captureFacts: (access: ConnectionAccess, signal: AbortSignal) => Promise<CaptureFacts>;
  readonly sourceAccess: (spec: CaptureSpec) => Promise<ConnectionAccess>;
  /** @throws AppError where the destination is not known */
  readonly openHistory: (spec: CaptureSpec) => Promise<CaptureHistory>;
  /** Folder for what captures keep on this disk while they work. */
  readonly spoolFolder: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly emit: (event: EngineEvent) => void;
}

export type CaptureCalls = Pick<
  CallHandlers,
  | 'capture.start'
  | 'capture.plan'
  | 'capture.save'
  | 'capture.stop'
  | 'capture.pause'
  | 'capture.resume'
  | 'capture.reread'
  | 'capture.drop'
  | 'capture.status'
  | 'capture.list'
  | 'capture.remove'
>;

export class CaptureDesk {
  readonly #deps: CaptureDeskDeps;
  readonly #active = new Map<string, ActiveCapture>();
  /** What their last process left behind is no news any more. */
  readonly #starting = new Set<string>();
  readonly #stopWatching: () => void;
  #closing = false;
  readonly calls: CaptureCalls;

  constructor(deps: CaptureDeskDeps) {
    this.#deps = deps;
    this.#stopWatching = deps.shelf.watch((name) => void this.#announce(name));
    this.calls = {
      'capture.start': (input) => this.#start(input),
      'capture.plan': (input, { signal }) => this.#plan(input, signal),
      'capture.save': async ({ spec }) => await this.#save(spec),
      'capture.stop': ({ name }, { signal }) => this.#ask(name, 'stop', signal),
      'capture.pause': ({ name }, { signal }) => this.#ask(name, 'pause', signal),
      'capture.resume': ({ name }, { signal }) => this.#ask(name, 'resume', signal),
      'capture.reread': ({ name, ...asked }, { signal }) => this.#reread(name, asked, signal),
      'capture.drop': ({ name, confirm }, { signal }) => this.#drop(name, confirm, signal),
      'capture.status': async ({ name }) => await this.#look(name),
      'capture.list': async () => ({
        captures: (await deps.shelf.list()).map((stored) => this.#statusOf(stored)),
      }),
      'capture.remove': async ({ name }) => await this.#remove(name),
    };
  }

  /** Names of the captures that this process works on. */
  active(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** Ends every capture of this process in good order. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#stopWatching();
    await Promise.all(
      [...this.#active.values()].map(async (capture) => {
        capture.ask('stop');
        await capture.finished;
      }),
    );
  }

  async #start(input: CaptureStartInput): Promise<CaptureStatus> {
    if (this.#closing) throw new AppError('HOST_INTERRUPTED', 'Sluice is being closed.');
    const spec = input.spec ?? (await this.#load(input.name ?? '')).spec;
    this.#starting.add(spec.name);
    try {
      return await this.#begin(spec, input);
    } finally {
      this.#starting.delete(spec.name);
    }
  }

  async #begin(spec: CaptureSpec, input: CaptureStartInput): Promise<CaptureStatus> {
    const { owner, shelf } = this.#deps;
    const { name } = spec;
    await this.#lookUp(spec);
    const until =
      input.until === undefined || input.until === 'current' ? input.until : parseLsn(input.until);
    await shelf.change(name, (stored) => {
      if (stored !== undefined) this.#refuseBusy(stored);
      return { spec, owner, status: stored?.status ?? null, samples: stored?.samples ?? [] };
    });
    await shelf.forgetRequests(name);
    const { emit, spoolFolder, sourceAccess, openHistory } = this.#deps;
    const capture = new ActiveCapture({
      ...this.#deps,
      ...slotOf(spec),
      spec,
      access: () => sourceAccess(spec),
      openHistory: () => openHistory(spec),
      spoolFolder: path.join(spoolFolder, name, 'transactions'),
      resnapshot: input.resnapshot,
      until,
      onStatus: (status) => emit({ type: 'capture', status }),
      onNews: (news) => emit({ type: 'captureNews', name, news }),
    });
    this.#active.set(name, capture);
    void capture.finished.then(() => this.#active.delete(name));
    return capture.status;
  }

  async #plan(input: CaptureStartInput, signal: AbortSignal): Promise<CapturePlan> {
    const { shelf, sourceAccess, openHistory } = this.#deps;
    const spec = input.spec ?? (await this.#load(input.name ?? '')).spec;
    const stored = await shelf.load(spec.name);
    await refuseSlotOfAnother(spec, await shelf.list(), sourceAccess);
    const job = slotOf(spec);
    await using history = await openHistory(spec);
    const access = await sourceAccess(spec);
    const { resnapshot } = input;
    const plan = await planStart({ ...this.#deps, spec, job, access, history, resnapshot }, signal);
    return { ...plan, ...job.ref, running: stored !== undefined && this.#isBusy(stored) };
  }

  async #save(spec: CaptureSpec): Promise<CaptureStatus> {
    const { shelf, emit } = this.#deps;
    await this.#lookUp(spec);
    const saved: StoredCapture = { spec, owner: null, status: null, samples: [] };
    await shelf.change(spec.name, (stored) => {
      if (stored !== undefined) this.#refuseBusy(stored);
      return { ...(stored ?? saved), spec };
    });
    const status = this.#statusOf(await this.#load(spec.name));
    emit({ type: 'capture', status });
    return status;
  }

  /** Before anything is stored: a profile that does not exist is no capture that failed. */
  async #lookUp(spec: CaptureSpec): Promise<void> {
    await refuseSlotOfAnother(spec, await this.#deps.shelf.list(), this.#deps.sourceAccess);
    await using _destination = await this.#deps.openHistory(spec);
  }

  /** Asks whoever works on the job, and comes back when it is so. */
  async #ask(name: string, request: CaptureRequest, signal: AbortSignal): Promise<CaptureStatus> {
    const here = this.#active.get(name);
    if (here !== undefined) {
      here.ask(request);
      if (request === 'stop') await here.finished;
      return here.status;
    }
    const { shelf } = this.#deps;
    const stored = await this.#load(name);
    if (!this.#isBusy(stored)) return this.#statusOf(stored);
    const isTaken = await shelf.ask(name, request);
    for (;;) {
      const now = await this.#load(name);
      const status = this.#statusOf(now);
      if (!this.#isBusy(now)) return status;
      if ((await isTaken()) && hasDone(request, status.phase)) return status;
      await sleep(ASKED_MS, undefined, { signal });
    }
  }

  /** Asks whoever works on the job; where nobody does, the checkpoint has it for the next start. */
  async #reread(name: string, asked: Reread, signal: AbortSignal): Promise<CaptureStatus> {
    const stored = await this.#load(name);
    await using history = await this.#deps.openHistory(stored.spec);
    assertCaptured(asked.tables, await history.look(signal));
    if (this.#isBusy(stored)) return await this.#ask(name, asked, signal);
    await history.reread(asked, signal);
    return this.#statusOf(await this.#load(name));
  }

  async #drop(name: string, confirm: string, signal: AbortSignal): Promise<{ dropped: string[] }> {
    const stored = await this.#load(name);
    this.#refuseBusy(stored);
    const { ref, ownPublication } = slotOf(stored.spec);
    if (confirm !== ref.slot) {
      throw new AppError('SLOT_NOT_CONFIRMED', `"${confirm}" is not the name of the slot.`);
    }
    const { source, sourceAccess } = this.#deps;
    const access = await sourceAccess(stored.spec);
    const facts = await source.facts(access, ref, signal);
    const dropped: string[] = [];
    if (facts.slot !== undefined) {
      await source.dropSlot(access, ref, signal);
      dropped.push(`slot ${ref.slot}`);
    }
    if (ownPublication && facts.publication !== undefined) {
      await source.dropPublication(access, ref.publication, signal);
      dropped.push(`publication ${ref.publication}`);
    }
    return { dropped };
  }

  async #look(name: string) {
    const here = this.#active.get(name);
    if (here !== undefined) return { status: here.status, samples: [...here.samples] };
    const stored = await this.#load(name);
    return { status: this.#statusOf(stored), samples: [...stored.samples] };
  }

  async #remove(name: string): Promise<Record<string, never>> {
    this.#refuseBusy(await this.#load(name));
    await this.#deps.shelf.remove(name);
    this.#deps.emit({ type: 'captureRemoved', name });
    return {};
  }

  async #announce(name: string): Promise<void> {
    const { shelf, emit, log } = this.#deps;
    const isHere = () => this.#active.has(name) || this.#starting.has(name);
    if (isHere()) return;
    try {
      const stored = await shelf.load(name);
      if (stored !== undefined && !isHere()) emit({ type: 'capture', status: this.#statusOf(stored) });
    } catch (error) {
      log.warn(
        `The capture ${name} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #load(name: string): Promise<StoredCapture> {
    const stored = await this.#deps.shelf.load(name);
    if (stored !== undefined) return stored;
    throw new AppError('STORE_CAPTURE_NOT_FOUND', `There is no saved capture "${name}".`);
  }

  #isBusy({ owner }: StoredCapture): boolean {
    const { owner: self, isAlive } = this.#deps;
    if (owner === null) return false;
    // A process on another computer that shares the folder cannot be seen from here: the slot keeps the two apart.
    if (owner.host !== self.host) return false;
    if (owner.pid === self.pid) return owner.startedAt === self.startedAt;
    return isAlive(owner);
  }

  /** @throws AppError `STORE_CAPTURE_BUSY` */
  #refuseBusy(stored: StoredCapture): void {
    if (!this.#isBusy(stored)) return;
    throw new AppError(
      'STORE_CAPTURE_BUSY',
      `Process ${stored.owner?.pid ?? 0} works on the capture "${stored.spec.name}".`,
    );
  }

  /** Of a process that is gone the last status says what it was doing, and not that it has ended. */
  #statusOf(stored: StoredCapture): CaptureStatus {
    const here = this.#active.get(stored.spec.name);
    if (here !== undefined) return here.status;
    const { spec } = stored;
    const { clock, owner } = this.#deps;
    const report = { spec, ...slotOf(spec), owner, clock, onNews: () => undefined, onPhase: () => undefined };
    const last = stored.status ?? new CaptureReport(report).status();
    const status = { ...last, spec, here: false };
    if (this.#isBusy(stored)) return status;
    const ended = status.phase === 'stopped' || status.phase === 'failed';
    return { ...status, process: null, phase: ended ? status.phase : 'stopped' };
  }
}

/** True where the phase says so; what else is asked is done when it was taken. */
function hasDone(request: CaptureRequest, phase: CapturePhase): boolean {
  if (typeof request === 'object') return true;
  if (request === 'pause') return phase === 'paused';
  return request === 'resume' && phase !== 'paused';
}
