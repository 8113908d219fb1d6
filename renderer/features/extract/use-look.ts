/** What the next run of an incremental job would take: asked for when the choice has rested for a moment. */
import { useEffect, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { WatermarkLook } from '../../../electron/contract/watermark-look.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';

/** Milliseconds without a change before the server is asked. */
const REST_MS = 400;

export interface LookState {
  /** The last one that came; undefined before. */
  readonly look: WatermarkLook | undefined;
  /** True while it is not, or not yet, about what the dialog holds. */
  readonly stale: boolean;
  readonly error: AppError | undefined;
  /** Asks again, and has rows counted that no index finds. */
  readonly count: () => void;
  readonly retry: () => void;
}

interface Asked {
  readonly key: string;
  readonly count: 'always' | 'cheap';
  readonly attempt: number;
}

interface Answer {
  readonly asked: Asked;
  readonly look: WatermarkLook | undefined;
  readonly error: AppError | undefined;
}

/** @param spec undefined while there is nothing to ask: a full job, or one with something wrong */
export function useLook(spec: ExtractSpec | undefined): LookState {
  const { client } = useApp();
  const key = spec === undefined ? '' : JSON.stringify(partThatMatters(spec));
  const [more, setMore] = useState<Asked>({ key: '', count: 'cheap', attempt: 0 });
  const [answer, setAnswer] = useState<Answer>();
  const count = more.key === key ? more.count : 'cheap';
  const attempt = more.key === key ? more.attempt : 0;

  useEffect(() => {
    if (key === '') return undefined;
    const abort = new AbortController();
    const ask = async () => {
      const asked = { key, count, attempt };
      try {
        const input = { spec: JSON.parse(key) as ExtractSpec, count };
        const look = await client.call('watermark.look', input, abort.signal);
        setAnswer({ asked, look, error: undefined });
      } catch (error) {
        if (!isAbort(error)) setAnswer({ asked, look: undefined, error: appErrorOf(error) });
      }
    };
    const timer = setTimeout(() => void ask(), attempt === 0 ? REST_MS : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, key, count, attempt]);

  const current =
    answer?.asked.key === key && answer.asked.count === count && answer.asked.attempt === attempt;
  const again = (how: Asked['count']) => setMore({ key, count: how, attempt: attempt + 1 });
  return {
    look: answer?.look,
    stale: !current,
    error: current ? answer.error : undefined,
    count: () => again('always'),
    retry: () => again(count),
  };
}

/** What the answer depends on: not how the rows are written. */
function partThatMatters(spec: ExtractSpec): object {
  const { name, source, selection, mode, watermark, destination } = spec;
  return { name, source, selection, mode, watermark, destination };
}
