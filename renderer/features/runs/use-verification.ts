import { useEffect, useRef, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { DestinationRef } from '../../../electron/contract/extract-spec.ts';
import type { Verification } from '../../../electron/contract/verification.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { manifestKeyOf } from './verification-text.ts';

export type VerificationState =
  | { readonly tag: 'none' }
  | { readonly tag: 'reading'; readonly since: number }
  | { readonly tag: 'read'; readonly verification: Verification; readonly took: number }
  | { readonly tag: 'failed'; readonly error: AppError };

const NONE = { tag: 'none' } as const;

/** Reads the objects of a run again when it is asked to; leaving the page, or `cancel`, ends that. */
export function useVerification(
  destination: DestinationRef,
  manifestUri: string,
): { readonly state: VerificationState; readonly verify: () => void; readonly cancel: () => void } {
  const { client } = useApp();
  const [state, setState] = useState<VerificationState>(NONE);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const verify = async () => {
    const abort = new AbortController();
    running.current = abort;
    const since = Date.now();
    setState({ tag: 'reading', since });
    try {
      const input = { destination, manifestKey: manifestKeyOf(manifestUri) };
      const verification = await client.call('manifests.verify', input, abort.signal);
      setState({ tag: 'read', verification, took: Date.now() - since });
    } catch (error) {
      setState(isAbort(error) ? NONE : { tag: 'failed', error: appErrorOf(error) });
    }
  };
  return { state, verify: () => void verify(), cancel: () => running.current?.abort() };
}
