import type { Writable } from 'node:stream';

/** Stdout or stderr of the command line; whoever reads it can go away at any time. */
export interface Output {
  write(text: string): void;
  /** Fires when nobody reads any more. */
  readonly closed: AbortSignal;
  /** Resolves when all is written: pipes on Windows are written in the background. */
  flush(): Promise<void>;
}

/**
 * Takes over a stream. A reader that goes away (`| head`) is no error: what it did not want is dropped. Unheard, the
 * error would end the process in the middle of a run, with unfinished uploads left behind.
 */
export function openOutput(stream: Writable): Output {
  const closed = new AbortController();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error;
    closed.abort();
  });
  return {
    closed: closed.signal,
    write: (text) => {
      if (!closed.signal.aborted) stream.write(text);
    },
    flush: () =>
      new Promise((resolve) => {
        if (closed.signal.aborted) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
