/** A terminal, a disk and an engine for the command line, all in memory. */
import type { CliWorld } from '../../electron/cli/cli-world.ts';
import { runCommandLine } from '../../electron/cli/command-line.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { Run, RunState } from '../../electron/contract/run.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import type { Engine, HeldSlot } from '../../electron/engine/engine-api.ts';
import { fakeEngine } from './host-engine.ts';
import { runIdOf, storedRun } from './stored-run.ts';

export const RUN_ID = runIdOf(1);

/** Everything that one command line did. */
export interface CliOutcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  /** Lines of stdout as JSON. */
  readonly events: Record<string, unknown>[];
}

/** A world whose engine has these calls. `run` executes a command line in it. */
export function cliWorld(calls: Partial<CallHandlers> = {}, change: Partial<CliWorld> = {}) {
  const fake = fakeEngine(calls);
  const interrupted = new AbortController();
  const outClosed = new AbortController();
  const lent: unknown[] = [];
  const lentKeys: unknown[] = [];
  const opened: string[] = [];
  let closed = 0;
  let clock = 0;
  let out = '';
  let err = '';
  const held: HeldSlot[] = [];
  const engine: Engine = {
    calls: fake.calls,
    subscribe: (listener) => fake.subscribe(listener),
    lend: (settings, password) => {
      lent.push({ settings, password });
      return LENT_ID;
    },
    lendKeys: (settings, secretKey, sessionToken) => {
      lentKeys.push({ settings, secretKey, sessionToken });
    },
    slots: { held: () => held, aboutToSleep: () => Promise.resolve(), awake: () => undefined },
    activeRuns: () => [],
    activeCaptures: () => [],
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const world: CliWorld = {
    version: '1.2.3',
    platform: 'linux',
    env: {},
    cwd: '/here',
    home: '/home/ada',
    userName: 'ada',
    stderrIsTerminal: false,
    columns: () => 100,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outClosed: outClosed.signal,
    interrupted: interrupted.signal,
    monotonicMs: () => (clock += 1),
    readTextFile: () => Promise.reject(new Error('ENOENT: no such file')),
    readStdin: () => Promise.resolve(''),
    fileExists: () => false,
    openEngine: (origin) => {
      opened.push(origin);
      return engine;
    },
    serve: () => Promise.reject(new Error('not faked')),
    ...change,
  };
  return {
    emit: (event: EngineEvent) => fake.emit(event),
    interrupt: () => interrupted.abort(),
    closeOut: () => outClosed.abort(),
    lent,
    lentKeys,
    held,
    opened,
    closedEngines: () => closed,
    run: async (...args: string[]): Promise<CliOutcome> => {
      const exitCode = await runCommandLine(args, world);
      const lines = out.split('\n').filter((line) => line.startsWith('{'));
      return { exitCode, out, err, events: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    },
  };
}

export const LENT_ID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';

/** The run {@link RUN_ID} in a state. */
export function runIn(state: RunState): Run {
  return { ...storedRun(1).run, state };
}
