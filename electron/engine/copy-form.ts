import type { TextEncodingName } from '../contract/encoding.ts';

/** How the source should render rows on the wire; chosen by the encoder. */
export type CopyForm =
  /** COPY's CSV, passed through as it is. */
  | {
      readonly kind: 'csv';
      readonly delimiter: string;
      readonly nullToken: string;
      readonly quote?: string | undefined;
      readonly escape?: string | undefined;
      /** Names of columns, or all of them. */
      readonly forceQuote?: readonly string[] | 'all' | undefined;
      readonly encoding?: TextEncodingName | undefined;
    }
  /** COPY's text format: backslash escapes, one line a row; tab-separated with `\N` for NULL where left out. */
  | {
      readonly kind: 'text';
      readonly delimiter?: string | undefined;
      readonly nullToken?: string | undefined;
      readonly encoding?: TextEncodingName | undefined;
    }
  /**
   * COPY's text format of one column: each row as a JSON object. `columns` is given where some are arrays, of which those that do
   * not begin at 1 come as text, because JSON's arrays have no bounds, or where some are text as a whole.
   */
  | { readonly kind: 'json'; readonly columns?: readonly JsonColumn[] | undefined }
  /**
   * The rows of COPY's binary format, without its header and trailer. `casts` has an entry for each column: the type
   * that its values are converted to by the server, or null where they come as they are.
   */
  | { readonly kind: 'binary'; readonly casts: readonly (string | null)[] };

/** A member of the object that a row becomes. */
export interface JsonColumn {
  readonly name: string;
  /** `array`: one that does not begin at 1 is text; `text`: every value is, as Postgres writes it. */
  readonly form: 'value' | 'array' | 'text';
}
