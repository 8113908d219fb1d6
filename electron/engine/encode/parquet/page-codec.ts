import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import type { Compression } from '../../../contract/format.ts';

/** As for text. https://facebook.github.io/zstd/zstd_manual.html (3 is zstd's own default) */
const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 4;

/** How pages are packed. */
export interface PageCodec {
  readonly codec: CompressionCodec;
  readonly compressors: Partial<Record<CompressionCodec, (page: Uint8Array) => Uint8Array>>;
}

export function pageCodec(compression: Compression): PageCodec {
  switch (compression) {
    case 'none':
      return { codec: 'UNCOMPRESSED', compressors: {} };
    case 'gzip':
      return { codec: 'GZIP', compressors: { GZIP: (page) => gzipSync(page, { level: GZIP_LEVEL }) } };
    case 'zstd':
      return { codec: 'ZSTD', compressors: { ZSTD: (page) => zstdCompressSync(page, ZSTD_OPTIONS) } };
  }
}

const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } };
