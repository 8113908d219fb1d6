/** SIGINT, SIGTERM, SIGHUP. The first asks the command to end in good order, a second SIGINT ends the process at once. */
import { EXIT_CANCELLED } from '../contract/error-table.ts';

/**
 * Milliseconds in which a second SIGINT is the first one again: npx passes on what the terminal has already sent to
 * every process of the group.
 */
const SAME_SIGNAL_MS = 300;

/** Listens from now on. The signal that is returned fires at the first interrupt. */
export function listenForInterrupts(exit: (code: number) => void): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const ask = () => {
    firstMs ??= performance.now();
    controller.abort();
  };
  process.on('SIGTERM', ask);
  process.on('SIGHUP', ask);
  process.on('SIGINT', () => {
    if (firstMs !== undefined && performance.now() - firstMs > SAME_SIGNAL_MS) exit(EXIT_CANCELLED);
    ask();
  });
  return controller.signal;
}
