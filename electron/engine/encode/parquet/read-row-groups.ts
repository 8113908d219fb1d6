/**
 * Reads a file of Parquet back, one row group after the other: what is in memory is one row group, whatever the file's size.
 * Values come as they are stored: the library would make doubles of decimals and milliseconds of timestamps.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData } from 'hyparquet';

/** What the library leaves a value as: 64 bits are BigInts, text and decimals of many digits bytes. */
export type PhysicalValue = boolean | number | bigint | Uint8Array | null | undefined;

/** Rows of one row group; their values are in the order of the names. */
export interface RowGroupRows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly PhysicalValue[])[];
}

/** A file that is no Parquet, or is damaged. */
export class UnreadableParquet extends Error {}

const COMPRESSORS = {
  GZIP: (page: Uint8Array) => new Uint8Array(gunzipSync(page)),
  ZSTD: (page: Uint8Array) => new Uint8Array(zstdDecompressSync(page)),
};

/** @throws UnreadableParquet, or what reading the file throws */
export async function* readRowGroups(file: AsyncBuffer, signal: AbortSignal): AsyncGenerator<RowGroupRows> {
  const metadata = await readable(() => parquetMetadataAsync(file, { geoparquet: false }));
  const plain = withoutMeaning(metadata);
  const names = plain.schema.slice(1).map(({ name }) => name);
  let start = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    signal.throwIfAborted();
    const end = start + Number(count);
    yield { names, rows: await rowsOf(file, plain, start, end) };
    start = end;
  }
}

async function rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<RowGroupRows['rows']> {
  let found: RowGroupRows['rows'] = [];
  await readable(() =>
    parquetRead({
      file,
      metadata,
      rowStart,
      rowEnd,
      utf8: false,
      geoparquet: false,
      compressors: COMPRESSORS,
      onComplete: (rows) => (found = rows as PhysicalValue[][]),
    }),
  );
  return found;
}

function withoutMeaning(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    const { converted_type: _, logical_type: __, ...physical } = element;
    return physical;
  });
  return { ...metadata, schema };
}

/** Errors of the system have a code, and are about the disk and not about the bytes. */
async function readable<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isZlib = error instanceof Error && 'code' in error && /^(Z|ZSTD)_/.test(String(error.code));
    if (error instanceof Error && 'code' in error && !isZlib) throw error;
    throw new UnreadableParquet('the file cannot be read as Parquet', { cause: error });
  }
}
