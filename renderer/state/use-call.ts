import { useCallback, useEffect, useState } from 'react';
import type { CallInput, CallName, CallOutput } from '../../electron/contract/calls.ts';
import { useApp } from './app-context.ts';
import { appErrorOf, isAbort } from './app-error-of.ts';
import { LOADING, type Loadable } from './loadable.ts';

/**
 * Makes a call when the component appears and whenever the input changes; leaving cancels it. `retry` asks again and
 * keeps what is shown until the new answer is there. Without an input nothing is asked.
 */
export function useCall<K extends CallName>(
  name: K,
  input: CallInput<K> | undefined,
): { readonly state: Loadable<CallOutput<K>>; readonly retry: () => void } {
  const { client } = useApp();
  const key = input === undefined ? undefined : JSON.stringify(input);
  const [answer, setAnswer] = useState<{ key: string | undefined; state: Loadable<CallOutput<K>> }>({
    key,
    state: LOADING,
  });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (key === undefined) return undefined;
    const abort = new AbortController();
    const ask = async () => {
      try {
        const value = await client.call(name, JSON.parse(key) as CallInput<K>, abort.signal);
        setAnswer({ key, state: { status: 'ready', value } });
      } catch (error) {
        if (!isAbort(error)) setAnswer({ key, state: { status: 'failed', error: appErrorOf(error) } });
      }
    };
    void ask();
    return () => abort.abort();
    // `attempt` is what makes it ask again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, name, key, attempt]);

  const retry = useCallback(() => {
    setAnswer((last) => (last.state.status === 'failed' ? { key: last.key, state: LOADING } : last));
    setAttempt((n) => n + 1);
  }, []);
  return { state: answer.key === key ? answer.state : LOADING, retry };
}
