import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import type { Compression } from '../../../contract/format.ts';
import { createCompressor } from '../../encode/compressor.ts';
import { ParquetFile } from '../../encode/parquet/parquet-file.ts';
import type { TableShape } from '../change.ts';
import { parquetColumns } from './parquet-shape.ts';

/** Makes the bytes of an object of encoded changes, in the order in which they are pushed. */
export interface Packer {
  /** Whether the bytes of rows may be changed when {@link push} is over. */
  readonly copies: boolean;
  /** Takes whole rows. Gives what has come out so far. */
  push(bytes: Uint8Array, rows: number): Promise<readonly Uint8Array[]>;
  end(): Promise<readonly Uint8Array[]>;
  /** Lets go of native memory. */
  destroy(): void;
}

/** Lines are compressed as one stream; a file of Parquet is made row group by row group. */
export function createPacker(format: CaptureFormat, compression: Compression, shape: TableShape): Packer {
  if (format !== 'parquet') return linePacker(compression);
  const file = new ParquetFile({ columns: parquetColumns(shape), compression });
  return {
    copies: false,
    push: (bytes, rows) => {
      file.add(bytes, rows);
      return Promise.resolve(output(file));
    },
    end: () => {
      file.end();
      return Promise.resolve(output(file));
    },
    destroy: () => undefined,
  };
}

function linePacker(compression: Compression): Packer {
  const compressor = createCompressor(compression);
  return {
    // What is not compressed is given on as it is.
    copies: compression !== 'none',
    push: (bytes) => compressor.push(bytes),
    end: () => compressor.end(),
    destroy: () => compressor.destroy(),
  };
}

function output(file: ParquetFile): readonly Uint8Array[] {
  const bytes = file.takeOutput();
  return bytes.length === 0 ? [] : [bytes];
}
