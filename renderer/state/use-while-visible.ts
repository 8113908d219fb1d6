import { useCallback, useEffect, useState } from 'react';
import { isAbort } from './app-error-of.ts';

/**
 * Asks again and again while the window can be seen, and not a moment longer: at once, when the window comes back, and
 * `everyMs` milliseconds after each answer or failure.
 * @param ask begins anew when it is another function, so it has to be kept (`useCallback`)
 * @returns asks at once
 */
export function useWhileVisible(
  everyMs: number,
  ask: (signal: AbortSignal) => Promise<void>,
  onFailure: (failure: unknown) => void,
): () => void {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        await ask(abort.signal);
      } catch (failure) {
        if (isAbort(failure)) return;
        onFailure(failure);
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void turn(), everyMs);
    };
    const onVisible = () => void turn();
    document.addEventListener('visibilitychange', onVisible);
    void turn();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
    // `asked` is what makes it ask at once.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [everyMs, ask, onFailure, asked]);
  return useCallback(() => setAsked((n) => n + 1), []);
}
