/** A capture that this process works on: tells its status, keeps it on disk, and does what other processes ask. */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureNews } from '../../contract/capture-calls.ts';
import type { CaptureSample, CaptureStatus } from '../../contract/capture-status.ts';
import { boundYoungGeneration, releaseYoungGeneration } from '../lib/young-generation.ts';
import type { Clock, Log } from '../ports.ts';
import { CaptureReport } from './capture-report.ts';
import { CaptureRun, type CaptureRunDeps } from './capture-run.ts';
import type { CaptureOwner, CaptureRequest, CaptureShelf } from './capture-shelf.ts';

/** Milliseconds between two looks at what others ask, and between two pictures of a status that only goes on. */
const LOOK_MS = 250;
const TELL_MS = 1_000;
const SAVE_MS = 2_000;

export interface ActiveCaptureDeps extends Omit<CaptureRunDeps, 'report'> {
  readonly owner: CaptureOwner;
  readonly shelf: CaptureShelf;
  readonly clock: Clock;
  readonly log: Log;
  readonly onStatus: (status: CaptureStatus) => void;
  readonly onNews: (news: CaptureNews) => void;
}

export class ActiveCapture {
  readonly #deps: ActiveCaptureDeps;
  readonly #report: CaptureReport;
  readonly #run: CaptureRun;
  readonly #timer: NodeJS.Timeout;
  #saving: Promise<void> = Promise.resolve();
  #toldMs = Number.NEGATIVE_INFINITY;
  #savedMs = Number.NEGATIVE_INFINITY;
  #looking = false;
  #ended = false;
  /** Comes when the run has ended and its last status is saved. Never rejects. */
  readonly finished: Promise<void>;

  constructor(deps: ActiveCaptureDeps) {
    this.#deps = deps;
    const { spec, ref, owner, clock, onNews } = deps;
    const onPhase = () => this.#tell(true);
    this.#report = new CaptureReport({ spec, ref, owner, clock, onNews, onPhase });
    this.#run = new CaptureRun({ ...deps, report: this.#report });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.finished = this.#toItsEnd();
  }

  get status(): CaptureStatus {
    const status = this.#report.status();
    return this.#ended ? { ...status, here: false, process: null } : status;
  }

  get samples(): readonly CaptureSample[] {
    return this.#report.samples;
  }

  ask(request: CaptureRequest): void {
    if (request === 'stop') this.#run.stop();
    else if (request === 'pause') this.#run.pause();
    else if (request === 'resume') this.#run.resume();
    else this.#run.reread(request);
  }

  /** Ends without good order. */
  abort(): void {
    this.#run.abort();
  }

  async #toItsEnd(): Promise<void> {
    await this.#run.run();
    clearInterval(this.#timer);
    releaseYoungGeneration(this);
    this.#ended = true;
    this.#tell(true);
    await this.#saving;
  }

  #look(): void {
    boundYoungGeneration(this, 'some');
    const now = this.#deps.clock.monotonicMs();
    if (now - this.#toldMs >= TELL_MS) {
      this.#report.gauge.tick(this.#deps.clock.now().getTime());
      this.#tell(now - this.#savedMs >= SAVE_MS);
    }
    if (this.#looking) return;
    this.#looking = true;
    const { shelf, spec, log } = this.#deps;
    shelf
      .takeRequest(spec.name)
      .then((request) => {
        if (request !== undefined) this.ask(request);
        return request;
      })
      .catch((error: unknown) => log.warn(`What others ask of ${spec.name} cannot be read: ${String(error)}`))
      .finally(() => {
        this.#looking = false;
      });
  }

  #tell(save: boolean): void {
    const now = this.#deps.clock.monotonicMs();
    this.#toldMs = now;
    const { status } = this;
    this.#deps.onStatus(status);
    if (!save) return;
    this.#savedMs = now;
    const { shelf, spec, owner, log } = this.#deps;
    const samples = this.samples;
    const capture = { spec, owner: this.#ended ? null : owner, status: { ...status, here: false }, samples };
    // One after the other, so that the last one stays. A disk that is full must not end a capture.
    this.#saving = this.#saving
      .then(() => shelf.save(capture))
      .catch((error: unknown) =>
        log.warn(
          `The status of ${spec.name} cannot be saved: ${error instanceof AppError ? error.message : String(error)}`,
        ),
      );
  }
}
