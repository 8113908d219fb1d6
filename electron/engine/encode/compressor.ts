import { constants, createGzip, createZstdCompress, type Gzip, type ZstdCompress } from 'node:zlib';
import type { Compression } from '../../contract/format.ts';

/** Compresses the bytes of one object as one continuous stream: readers of zstd do not all read a second frame. */
export interface Compressor {
  /** Takes bytes; they may be changed when this is over. Gives what has come out so far. */
  push(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  /** Ends the stream. Gives the rest. */
  end(): Promise<readonly Uint8Array[]>;
  /** Lets go of the native state of a stream that will not be ended. */
  destroy(): void;
}

/** gzip at its default level costs three times what level 1 does, for a sixth less; 3 is zstd's own default. */
const GZIP_LEVEL = 4;
const ZSTD_LEVEL = 3;

export function createCompressor(compression: Compression): Compressor {
  switch (compression) {
    case 'none':
      return {
        push: (bytes) => Promise.resolve([bytes]),
        end: () => Promise.resolve([]),
        destroy: () => undefined,
      };
    case 'gzip':
      return new StreamCompressor(createGzip({ level: GZIP_LEVEL }));
    case 'zstd':
      return new StreamCompressor(
        createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
      );
  }
}

/** A zlib stream, driven write by write so that what is inside is never more than one batch. */
class StreamCompressor implements Compressor {
  readonly #stream: Gzip | ZstdCompress;
  #output: Uint8Array[] = [];

  constructor(stream: Gzip | ZstdCompress) {
    this.#stream = stream;
    stream.on('data', (chunk: Uint8Array) => this.#output.push(chunk));
  }

  async push(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    return this.#taken();
  }

  async end(): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.once('end', resolve);
      this.#stream.end();
    });
    return this.#taken();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #taken(): readonly Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }
}
