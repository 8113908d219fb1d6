import { useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureCompaction } from '../../../electron/contract/capture-compaction.ts';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import type { CaptureVerification } from '../../../electron/contract/capture-verification.ts';
import type { Client } from '../../client/client.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';

/** What is done with the files: it takes as long as they are many. */
export type ReadingWork = 'verify' | 'merge';

export type ReadingResult =
  | {
      readonly kind: 'verified';
      readonly value: CaptureVerification;
      /** Why only the files were read. */
      readonly notCompared: AppError | undefined;
    }
  | { readonly kind: 'merged'; readonly value: CaptureCompaction }
  | { readonly kind: 'failed'; readonly work: ReadingWork; readonly error: AppError };

export interface Reading {
  readonly busy: ReadingWork | undefined;
  readonly result: ReadingResult | undefined;
  readonly perform: (work: ReadingWork) => void;
  readonly cancel: () => void;
}

/** Reads the files of a capture for the one who asks, and lets go of them when the screen is left. */
export function useReading(spec: CaptureSpec, ended: boolean): Reading {
  const { client } = useApp();
  const [busy, setBusy] = useState<ReadingWork>();
  const [result, setResult] = useState<ReadingResult>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const perform = async (work: ReadingWork) => {
    const mine = new AbortController();
    abort.current = mine;
    setBusy(work);
    setResult(undefined);
    try {
      setResult(
        work === 'verify'
          ? await verify(client, spec, ended, mine.signal)
          : { kind: 'merged', value: await merge(client, spec, mine.signal) },
      );
    } catch (failure) {
      if (!isAbort(failure)) setResult({ kind: 'failed', work, error: appErrorOf(failure) });
    }
    if (abort.current === mine) setBusy(undefined);
  };
  return { busy, result, perform: (work) => void perform(work), cancel: () => abort.current?.abort() };
}

/**
 * Compares with the tables where that goes. What has ended moves no more, so that nothing is waited for; and where there
 * are changes that it has not written, or no slot to ask for them, the files by themselves are still worth reading.
 */
async function verify(
  client: Client,
  { name, destination, source }: CaptureSpec,
  ended: boolean,
  signal: AbortSignal,
): Promise<ReadingResult> {
  const files = { name, destination };
  const whole = { ...files, source, ...(ended && { waitSeconds: 0 }) };
  try {
    const value = await client.call('capture.verify', whole, signal);
    return { kind: 'verified', value, notCompared: undefined };
  } catch (failure) {
    const error = appErrorOf(failure);
    if (!ended || isAbort(failure) || !isOfDatabase(error)) throw failure;
    const value = await client.call('capture.verify', files, signal);
    return { kind: 'verified', value, notCompared: error };
  }
}

function isOfDatabase({ code }: AppError): boolean {
  return code === 'DATA_CAPTURE_LAGS' || code.startsWith('SOURCE_') || code.startsWith('SLOT_');
}

async function merge(
  client: Client,
  { name, destination }: CaptureSpec,
  signal: AbortSignal,
): Promise<CaptureCompaction> {
  return await client.call('capture.compact', { name, destination }, signal);
}
