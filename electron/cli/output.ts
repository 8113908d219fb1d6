import type { Writable } from 'node:stream';

/** Stdout or stderr of the command line; whoever reads it can go away at any time. */
export interface Output {
  write(text: string): void;
  /** Fires when nobody reads any more. */
  readonly closed: AbortSignal;
  /** Why it could not be written, where it was not its reader who went away: the disk of a file is full. */
  readonly failure: () => Error | undefined;
  /** Resolves when all is written: pipes on Windows are written in the background. */
  flush(): Promise<void>;
}

/**
 * Takes over a stream. A reader that goes away (`| head`) is no error: what it did not want is dropped. Unheard, the
 * error would end the process in the middle of a run, with unfinished uploads left behind. So does a disk that is full.
 */
export function openOutput(stream: Writable): Output {
  const closed = new AbortController();
  let failure: Error | undefined;
  const isOver = () => closed.signal.aborted || failure !== undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EOF') closed.abort();
    else failure ??= error;
  });
  return {
    closed: closed.signal,
    failure: () => failure,
    write: (text) => {
      if (!isOver()) stream.write(text);
    },
    flush: () =>
      new Promise((resolve) => {
        if (isOver()) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
