/** What the encoder and its thread say to each other. Bytes are handed over, not copied. */
import type { WireError } from '../../../contract/app-error.ts';
import type { Compression, RowGroup } from '../../../contract/format.ts';
import type { Loss } from '../../../contract/manifest.ts';
import type { ParquetColumn } from './parquet-column.ts';

/** What a thread is started with. */
export interface WorkerTask {
  readonly columns: readonly ParquetColumn[];
  readonly compression: Compression;
  readonly rowGroup: RowGroup | undefined;
  /** Threads that work side by side. */
  readonly lanes: number;
  readonly acceptLossy: boolean;
}

export type ToWorker =
  /** Begins a file. */
  | { readonly tag: 'begin' }
  | { readonly tag: 'rows'; readonly bytes: Uint8Array<ArrayBuffer>; readonly rows: number }
  /** Ends the file. */
  | { readonly tag: 'end' };

export type FromWorker =
  /** The answer to `rows`: they are in memory, or written; `output` is what has been written since. */
  | { readonly tag: 'taken'; readonly bytes: number; readonly output: Uint8Array<ArrayBuffer> }
  /** The answer to `end`, with the number of rows that the file has, and the losses of all files so far. */
  | {
      readonly tag: 'ended';
      readonly rows: number;
      readonly losses: readonly Loss[];
      readonly output: Uint8Array<ArrayBuffer>;
    }
  | { readonly tag: 'failed'; readonly error: WireError };
