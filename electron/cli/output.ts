/** Stdout of the command line, which its reader can close at any time. */
export interface Output {
  write(text: string): void;
  /** Fires when nobody reads any more. */
  readonly closed: AbortSignal;
  /** Resolves when all is written: pipes on Windows are written in the background. */
  flush(): Promise<void>;
}

/** Takes over stdout. A reader that goes away (`| head`) is no error: what it did not want is dropped. */
export function openOutput(): Output {
  const closed = new AbortController();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error;
    closed.abort();
  });
  return {
    closed: closed.signal,
    write: (text) => {
      if (!closed.signal.aborted) process.stdout.write(text);
    },
    flush: () =>
      new Promise((resolve) => {
        if (closed.signal.aborted) resolve();
        else process.stdout.write('', () => resolve());
      }),
  };
}
