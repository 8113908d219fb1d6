import type { AppError } from '../../electron/contract/app-error.ts';

/** Something that is asked for over the wire, as a screen sees it. */
export type Loadable<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly error: AppError };

export const LOADING = { status: 'loading' } as const;
