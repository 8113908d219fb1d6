import type { Loss } from '../../contract/manifest.ts';
import type { CopyForm } from '../copy-form.ts';
import type { RowBatch } from '../ports.ts';

/** Bytes, at once where nothing has to be waited for. Valid until the encoder is used again. */
export type EncodedBytes = Uint8Array | Promise<Uint8Array>;

/**
 * Turns rows as Postgres sends them into the bytes of a format, object by object: `begin`, then `encode` for every
 * batch, then `end`. An encoder may hold rows back until `end`.
 */
export interface RowEncoder extends AsyncDisposable {
  /** The form in which the rows must come. */
  readonly form: CopyForm;
  /** What an object begins with; empty for most formats. */
  begin(): EncodedBytes;
  /**
   * Takes a batch of whole rows, whose bytes may be changed when this is over.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that the format cannot hold
   */
  encode(batch: RowBatch): EncodedBytes;
  /** What an object ends with. */
  end(): EncodedBytes;
  /** What was lost in the objects that have ended, where losses are accepted. */
  losses(): readonly Loss[];
}

export const NO_BYTES: Uint8Array = new Uint8Array();

/** What differs among the formats that are a header and rows, one after the other. */
export interface PlainEncoding {
  readonly form: CopyForm;
  readonly header: Uint8Array;
  encode(batch: RowBatch): Uint8Array;
  /** Given by formats that can lose something. */
  losses?(): readonly Loss[];
}

/** An encoder for a format without a memory: nothing is held back, and nothing has to be let go of. */
export function plainEncoder({ form, header, ...encoding }: PlainEncoding): RowEncoder {
  return {
    form,
    begin: () => header,
    encode: (batch) => encoding.encode(batch),
    end: () => NO_BYTES,
    losses: () => encoding.losses?.() ?? [],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
