/** The desktop's log: a file in the data folder, because a window has no terminal, and stderr for who has one. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../engine/ports.ts';

/** Bytes after which the file is put aside, once; so the log takes twice this on the disk at most. */
const FILE_LIMIT = 2 * 1024 * 1024;

/** Writes line by line and at once: the lines that matter most come right before an end. */
export function createDesktopLog(folder: string, now: () => Date): Log {
  const file = path.join(folder, 'logs', 'sluice.log');
  const write = (level: string, message: string) => {
    const line = `${now().toISOString()} ${level} ${message.replaceAll('\n', ' ')}\n`;
    process.stderr.write(line);
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      if (sizeOf(file) > FILE_LIMIT) renameSync(file, `${file}.1`);
      appendFileSync(file, line, { mode: 0o600 });
    } catch {
      // A disk that is full must not end the app; stderr has the line.
    }
  };
  return {
    info: (message) => write('info', message),
    warn: (message) => write('warn', message),
    error: (message) => write('error', message),
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Hears the errors that nobody caught. The app goes on: a run must not end because a window has a defect. */
export function logUnhandledErrors(log: Log): void {
  process.on('uncaughtException', (error) => log.error(`uncaught: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => {
    log.error(
      `unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : 'unknown'}`,
    );
  });
}
