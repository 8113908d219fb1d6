import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import type { Compression } from '../../../contract/format.ts';
import { createCompressor } from '../../encode/compressor.ts';
import { ParquetFile } from '../../encode/parquet/parquet-file.ts';
import type { TableShape } from '../change.ts';
import { parquetColumns } from './parquet-shape.ts';

/** Makes the bytes of an object of encoded changes, in the order in which they are pushed. */
export interface Packer {
  /** Takes whole rows, whose bytes stay as they are. Gives what has come out so far. */
  push(bytes: Uint8Array, rows: number): Promise<readonly Uint8Array[]>;
  end(): Promise<readonly Uint8Array[]>;
  /** Lets go of native memory. */
  destroy(): void;
}

/** Lines are compressed as one stream; a file of Parquet is made row group by row group. */
export function createPacker(format: CaptureFormat, compression: Compression, shape: TableShape): Packer {
  if (format !== 'parquet') return createCompressor(compression);
  const file = new ParquetFile({ columns: parquetColumns(shape), compression });
  return {
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

function output(file: ParquetFile): readonly Uint8Array[] {
  const bytes = file.takeOutput();
  return bytes.length === 0 ? [] : [bytes];
}
