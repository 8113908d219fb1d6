/**
 * The type report of what the dialog holds: asked for when the choice has rested for a moment, with what was shown before
 * kept until the answer is there.
 */
import { useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { TypeReport } from '../../../electron/contract/type-report.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { withCountsOf } from './type-summary.ts';

/** Milliseconds without a change before the server is asked: not every letter of a filter should be a question. */
const REST_MS = 350;

export interface TypeReportState {
  /** The last one that came; undefined before. */
  readonly report: TypeReport | undefined;
  /** True while the report is not, or not yet, about what the dialog holds. */
  readonly stale: boolean;
  readonly error: AppError | undefined;
  /** When the counting began, where it goes on. */
  readonly countingSince: number | undefined;
  readonly count: () => void;
  readonly cancelCount: () => void;
  readonly retry: () => void;
}

interface Answer {
  readonly key: string;
  readonly report: TypeReport | undefined;
  readonly error: AppError | undefined;
}

/** @param spec undefined while something is wrong with it: then nothing is asked */
export function useTypeReport(spec: ExtractSpec | undefined): TypeReportState {
  const { client } = useApp();
  const key = spec === undefined ? undefined : JSON.stringify(spec);
  const [answer, setAnswer] = useState<Answer>();
  const [countingSince, setCountingSince] = useState<number>();
  const [attempt, setAttempt] = useState(0);
  const counting = useRef<AbortController>(undefined);

  useEffect(() => {
    if (key === undefined) return undefined;
    const abort = new AbortController();
    const ask = async () => {
      try {
        const report = await client.call(
          'extract.plan',
          { spec: JSON.parse(key) as ExtractSpec },
          abort.signal,
        );
        setAnswer((before) => ({ key, report: withCounts(before, key, report), error: undefined }));
      } catch (error) {
        if (!isAbort(error)) setAnswer({ key, report: undefined, error: appErrorOf(error) });
      }
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
      counting.current?.abort();
    };
    // `attempt` is what makes it ask again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, key, attempt]);

  const count = async () => {
    if (key === undefined) return;
    const abort = new AbortController();
    counting.current = abort;
    setCountingSince(Date.now());
    try {
      const input = { spec: JSON.parse(key) as ExtractSpec, count: true };
      const report = await client.call('extract.plan', input, abort.signal);
      setAnswer({ key, report, error: undefined });
    } catch (error) {
      if (!isAbort(error)) setAnswer((before) => ({ key, report: before?.report, error: appErrorOf(error) }));
    } finally {
      if (counting.current === abort) setCountingSince(undefined);
    }
  };

  return {
    report: answer?.report,
    stale: answer?.key !== key,
    error: answer?.key === key ? answer?.error : undefined,
    countingSince,
    count: () => void count(),
    cancelCount: () => counting.current?.abort(),
    retry: () => setAttempt((n) => n + 1),
  };
}

/** True where the engine would refuse the job before it has read a row, as far as is known. */
export function isRefused({ report, stale }: TypeReportState): boolean {
  return !stale && (report?.refusals.some(({ when }) => when === 'start') ?? false);
}

function withCounts(before: Answer | undefined, key: string, report: TypeReport): TypeReport {
  if (before?.report === undefined || comparable(before.key) !== comparable(key)) return report;
  return withCountsOf(before.report, report);
}

/** What the values of a report depend on: all but what is accepted. */
function comparable(key: string): string {
  const { acceptLossy: _, ...rest } = JSON.parse(key) as ExtractSpec;
  return JSON.stringify(rest);
}
