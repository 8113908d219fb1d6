/** Everything that the command line needs from outside, so that a test can be the terminal, the clock and the engine. */
import type { Engine } from '../engine/engine-api.ts';
import type { RunOrigin } from '../contract/run.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A server of the app for a browser, as `host/serve.ts` starts it. */
export interface ServedApp {
  /** The address that lets one browser in, once. */
  readonly link: string;
  close(): Promise<void>;
}

export interface CliWorld {
  readonly version: string;
  readonly platform: string;
  readonly env: Environment;
  /** Absolute path of the current folder. */
  readonly cwd: string;
  /** Home folder of the user. */
  readonly home: string;
  /** Name of the user in the operating system; libpq's default for user and database. */
  readonly userName: string;
  readonly stderrIsTerminal: boolean;
  /** Characters in a line of the terminal. */
  readonly columns: () => number;
  /** Writes to stdout: results only. */
  readonly out: (text: string) => void;
  /** Writes to stderr: what is said to people. */
  readonly err: (text: string) => void;
  /** Fires when nobody reads stdout any more (`| head`). */
  readonly outClosed: AbortSignal;
  /** Fires at the first SIGINT or SIGTERM. */
  readonly interrupted: AbortSignal;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  /** @throws what node:fs throws */
  readonly readTextFile: (file: string) => Promise<string>;
  readonly readStdin: () => Promise<string>;
  readonly fileExists: (file: string) => boolean;
  readonly openEngine: (origin: RunOrigin) => Engine;
  readonly serve: (engine: Engine, port: number) => Promise<ServedApp>;
}
