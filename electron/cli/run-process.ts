/** Puts the real world behind the command line. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { dataFolder } from '../engine/store/data-folder.ts';
import { createKeyFileSecrets } from '../engine/store/key-file-secrets.ts';
import { createEngine } from '../engine/engine.ts';
import { releaseYoungGeneration } from '../engine/lib/young-generation.ts';
import type { Log } from '../engine/ports.ts';
import { startServer } from '../host/serve.ts';
import { AppError, toWireError } from '../contract/app-error.ts';
import { exitCodeOf } from '../contract/error-table.ts';
import { errorText } from './human-reporter.ts';
import type { CliWorld } from './cli-world.ts';
import { runCommandLine } from './command-line.ts';
import { openOutput } from './output.ts';

/** The package's folder: two levels up from this file, and from the file that it is built into. */
const root = path.resolve(import.meta.dirname, '..', '..');
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));

/** Commands that move rows as bytes, and make hardly an object of them. */
const MOVES_BYTES: ReadonlySet<string | undefined> = new Set(['extract', 'run', 'resume']);

/** What was to be read is not there: that is no success, whatever was done. @returns the exit code */
function tellLoss(cause: Error, exitCode: number, err: (text: string) => void): number {
  const error = new AppError('STORE_OUTPUT_LOST', `Stdout could not be written: ${cause.message}`, { cause });
  err(`${errorText(toWireError(error))}\n`);
  return exitCode === 0 ? exitCodeOf(error.code) : exitCode;
}

/** Runs the command of this process. @returns its exit code, when all that it has said is written */
export async function runProcess(interrupted: AbortSignal): Promise<number> {
  const output = openOutput(process.stdout);
  const messages = openOutput(process.stderr);
  const err = (message: string) => messages.write(message);
  const log: Log = {
    info: () => undefined,
    warn: (message) => err(`warning: ${message}\n`),
    error: (message) => err(`error: ${message}\n`),
  };
  const home = os.homedir();

  const world: CliWorld = {
    version,
    platform: process.platform,
    env: process.env,
    cwd: process.cwd(),
    home,
    userName: os.userInfo().username,
    stderrIsTerminal: process.stderr.isTTY,
    columns: () => process.stderr.columns ?? 100,
    out: (message) => output.write(message),
    err,
    outClosed: output.closed,
    interrupted,
    monotonicMs: () => performance.now(),
    readTextFile: (file) => readFile(file, 'utf8'),
    readStdin: () => text(process.stdin),
    fileExists: existsSync,
    openEngine: (origin) => {
      const folder = dataFolder(process.platform, process.env, home);
      return createEngine({
        version,
        platform: process.platform,
        origin,
        dataFolder: folder,
        secrets: createKeyFileSecrets(folder),
        maskSalt: process.env['SLUICE_MASK_SALT'],
        log,
      });
    },
    serve: async (engine, port) => {
      const rendererFolder = path.join(root, '.vite', 'renderer', 'main_window');
      const server = await startServer({ engine, port, rendererFolder, log });
      return { link: server.newLink(), close: () => server.close() };
    },
  };

  const args = process.argv.slice(2);
  if (!MOVES_BYTES.has(args[0])) releaseYoungGeneration(process);
  const exitCode = await runCommandLine(args, world);
  await output.flush();
  const lost = output.failure();
  const ended = lost === undefined ? exitCode : tellLoss(lost, exitCode, err);
  await messages.flush();
  return ended;
}
