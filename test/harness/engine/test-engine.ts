/** A real engine on a data folder of its own, driven through the table of calls as every transport drives it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CALLS, type CallInput, type CallName, type CallOutput } from '../../../electron/contract/calls.ts';
import type { WireError } from '../../../electron/contract/app-error.ts';
import type { EngineEvent } from '../../../electron/contract/events.ts';
import type { ExtractSpecInput } from '../../../electron/contract/extract-spec.ts';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import { parseInput } from '../../../electron/contract/parse-input.ts';
import {
  isActive,
  type Run,
  type RunLogLine,
  type RunState,
  type SucceededState,
} from '../../../electron/contract/run.ts';
import { createEngine } from '../../../electron/engine/engine.ts';
import type { Engine, EngineDeps } from '../../../electron/engine/engine-api.ts';
import { createKeyFileSecrets } from '../../../electron/engine/store/key-file-secrets.ts';
import type { ConnectionSettings } from '../../../electron/contract/connection-profile.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../temporary-folder.ts';
import type { DatabaseAddress } from '../postgres/database.ts';
import type { S3Server } from '../s3/s3-server.ts';

/** How a run ended, and what the history says about it. */
export interface EndedRun {
  readonly run: Run;
  readonly state: RunState;
  readonly log: readonly RunLogLine[];
  readonly manifest: Manifest | null;
}

export interface TestEngineOptions extends Partial<EngineDeps> {
  /** Shared with other engines, or to be looked at afterwards; left out, the engine has one of its own. */
  readonly folder?: TemporaryFolder;
}

/** The names of the profiles that {@link TestEngine.useS3} and {@link TestEngine.useDatabase} save. */
export const SOURCE = 'Source';
export const LAKE = 'Lake';

export class TestEngine implements AsyncDisposable {
  readonly engine: Engine;
  readonly dataFolder: string;
  readonly events: EngineEvent[] = [];
  /** What the engine told the people who run it. */
  readonly logged: string[];
  readonly #release: () => Promise<void>;
  readonly #waiting = new Set<(event: EngineEvent) => void>();
  #closed: Promise<void> | undefined;

  private constructor(engine: Engine, dataFolder: string, logged: string[], release: () => Promise<void>) {
    this.engine = engine;
    this.dataFolder = dataFolder;
    this.logged = logged;
    this.#release = release;
    engine.subscribe((event) => {
      this.events.push(event);
      // The new one alone: a campaign has a million of them.
      for (const hear of this.#waiting) hear(event);
    });
  }

  static async start({ folder, ...deps }: TestEngineOptions = {}): Promise<TestEngine> {
    const own = folder === undefined ? await makeTemporaryFolder('engine') : undefined;
    const dataFolder = path.join((own ?? folder!).path, 'data');
    const logged: string[] = [];
    const note = (message: string) => void logged.push(message);
    const engine = createEngine({
      version: '0.0.0',
      platform: 'test',
      origin: 'cli',
      dataFolder,
      secrets: createKeyFileSecrets(dataFolder),
      log: { info: note, warn: note, error: note },
      ...deps,
    });
    return new TestEngine(engine, dataFolder, logged, async () => own?.remove());
  }

  /** A call as a transport makes it: the input is parsed first. */
  async call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal): Promise<CallOutput<K>> {
    const handler = this.engine.calls[name] as (
      input: unknown,
      context: { signal: AbortSignal },
    ) => Promise<CallOutput<K>>;
    const parsed: unknown = parseInput(CALLS[name].input, input);
    return await handler(parsed, { signal: signal ?? new AbortController().signal });
  }

  /** Saves the database as the profile {@link SOURCE}; its id. */
  async useDatabase(database: DatabaseAddress, change: Partial<ConnectionSettings> = {}): Promise<string> {
    return await this.useProfile(SOURCE, { ...settingsOf(database), ...change }, database.password);
  }

  /** Saves a connection; its id. */
  async useProfile(name: string, settings: ConnectionSettings, password: string): Promise<string> {
    const { id } = await this.call('connections.save', {
      name,
      colour: 'gray',
      readOnly: true,
      settings,
      password: { kind: 'set', value: password },
    });
    return id;
  }

  /** Saves the bucket as the profile {@link LAKE}. */
  async useS3(server: S3Server, bucket: string, prefix = ''): Promise<void> {
    await this.call('destinations.save', {
      name: LAKE,
      settings: {
        bucket,
        prefix,
        region: server.region,
        endpoint: server.endpoint,
        pathStyle: true,
        credentials: { kind: 'keys', accessKeyId: server.credentials.accessKeyId },
      },
      secretKey: { kind: 'set', value: server.credentials.secretAccessKey },
    });
  }

  /** Starts a run; its id. */
  async start(spec: Omit<ExtractSpecInput, 'source'> & Partial<ExtractSpecInput>): Promise<string> {
    const { runId } = await this.call('jobs.start', { spec: { source: { profile: SOURCE }, ...spec } });
    return runId;
  }

  /** Comes back when the run has ended. */
  async ended(runId: string): Promise<EndedRun> {
    await this.heard((event) => event.type === 'run' && event.run.id === runId && !isActive(event.run.state));
    return await this.look(runId);
  }

  /** What the history says about a run. */
  async look(runId: string): Promise<EndedRun> {
    const { run, log, manifest } = await this.call('runs.get', { runId });
    return { run, state: run.state, log, manifest };
  }

  /** Runs a job to its end, whichever that is. */
  async extract(spec: Omit<ExtractSpecInput, 'source'> & Partial<ExtractSpecInput>): Promise<EndedRun> {
    return await this.ended(await this.start(spec));
  }

  /** Comes back when such an event has come, also when that was before the call. */
  async heard(matches: (event: EngineEvent) => boolean): Promise<EngineEvent> {
    const found = this.events.find(matches);
    if (found !== undefined) return found;
    return await new Promise((resolve) => {
      const hear = (event: EngineEvent) => {
        if (!matches(event)) return;
        this.#waiting.delete(hear);
        resolve(event);
      };
      this.#waiting.add(hear);
    });
  }

  /** Comes back when the run has begun a phase. */
  async phase(runId: string, phase: string): Promise<void> {
    await this.heard(
      (event) =>
        event.type === 'run' &&
        event.run.id === runId &&
        event.run.state.tag === 'running' &&
        event.run.state.phase === phase,
    );
  }

  /** The names of all files and folders in a folder, sorted; none where there is no such folder. */
  async filesIn(folder: string): Promise<string[]> {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    return names.toSorted((a, b) => a.localeCompare(b));
  }

  async close(): Promise<void> {
    this.#closed ??= this.engine.close();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#release();
  }
}

/** The success of a run. @throws Error that says how it ended instead */
export function success({ state, log }: EndedRun): SucceededState {
  if (state.tag === 'succeeded') return state;
  throw new Error(`the run has ${describeEnd(state)}\n${log.map(({ message }) => message).join('\n')}`);
}

/** The error of a failed run. @throws Error that says how it ended instead */
export function failure({ state, log }: EndedRun): WireError {
  if (state.tag === 'failed') return state.error;
  throw new Error(`the run has ${describeEnd(state)}\n${log.map(({ message }) => message).join('\n')}`);
}

function describeEnd(state: RunState): string {
  return state.tag === 'failed' ? `failed with ${state.error.code}: ${state.error.message}` : state.tag;
}

/** A test database as settings of a connection. */
export function settingsOf({ host, port, database, user }: DatabaseAddress): ConnectionSettings {
  return { host, port, database, user, tls: 'disable' };
}
