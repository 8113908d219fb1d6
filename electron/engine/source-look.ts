/** A port besides those of `ports.ts`: a look at what would be read, for the report before a run. */
import type { Selection } from '../contract/selection.ts';
import type { ConnectionAccess, SourceColumn, SourcePlan } from './ports.ts';
import type { ReadOptions } from './reading-state.ts';

/** What kind of type a column has, domains resolved; of an array, what its elements have. */
export type TypeFamily = 'base' | 'enum' | 'composite' | 'range';

/** A column with what is to be told about its type. */
export interface TypedColumn extends SourceColumn {
  readonly family: TypeFamily;
  /** True for a domain, where that is known, and for an array of one. */
  readonly domain: boolean;
  /** The extension that the type belongs to; null for one of Postgres's own, or of the user's. */
  readonly extension: string | null;
}

/** A question about the values of one column, which the server can answer by reading them once. */
export interface ValueTest {
  /** From 0. */
  readonly column: number;
  readonly question: ValueQuestion;
}

/** `array`: asked of the elements of an array; the row counts when it is so for one. */
export type ValueQuestion = { readonly array?: boolean } &
  /** NaN, in a number or an array of them. */
  (
    | { readonly kind: 'nan' }
    /** An infinite number, date or timestamp. */
    | { readonly kind: 'infinite' }
    /** A year before 1 or after 9999. */
    | { readonly kind: 'oddYear' }
    /** A timestamp beyond what 64 bits of microseconds since 1970 hold. */
    | { readonly kind: 'farFuture' }
    | { readonly kind: 'midnight24' }
    /** A number beyond what a double counts one by one. */
    | { readonly kind: 'beyondDouble' }
    /** A finite numeric with more digits before the point than fit. */
    | { readonly kind: 'tooLarge'; readonly precision: number; readonly scale: number }
    /** A finite numeric with more digits behind the point than fit. */
    | { readonly kind: 'tooFine'; readonly scale: number }
    | { readonly kind: 'nestedArray' }
    /** An array that does not begin at 1. */
    | { readonly kind: 'oddBounds' }
    /** JSON with a surrogate (`\ud800`) that has no partner. */
    | { readonly kind: 'loneSurrogate' }
    /** JSON with an escaped zero byte. */
    | { readonly kind: 'jsonZeroByte' }
    /** JSON that is the document `null`. */
    | { readonly kind: 'jsonNull' }
    | { readonly kind: 'emptyText' }
  );

/** A source that was looked at, and not read. */
export interface SourceLook extends AsyncDisposable {
  readonly plan: SourcePlan;
  readonly columns: readonly TypedColumn[];
  /** Connections that would read side by side. */
  readonly workers: number;
  /**
   * Rows for which the answer is yes, for each test. Reads all rows once, on the server, and gives up after a while.
   * @throws AppError `SOURCE_QUERY_CANCELLED`
   */
  count(tests: readonly ValueTest[], signal: AbortSignal): Promise<readonly number[]>;
}

/** Connects, begins a READ ONLY transaction and plans. @throws AppError of the SOURCE_ family */
export type LookAtSource = (
  access: ConnectionAccess,
  selection: Selection,
  options: ReadOptions,
  signal: AbortSignal,
) => Promise<SourceLook>;
