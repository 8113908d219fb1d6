import type { CopyForm, RowBatch } from '../ports.ts';

/** Turns rows as Postgres sends them into the bytes of a format. */
export interface RowEncoder {
  /** The form in which the rows must come. */
  readonly form: CopyForm;
  /** What every object begins with; empty for most formats. */
  readonly header: Uint8Array;
  /**
   * The bytes for a batch of whole rows; valid until the next call.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that the format cannot hold
   */
  encode(batch: RowBatch): Uint8Array;
}

export const NO_HEADER: Uint8Array = new Uint8Array();
