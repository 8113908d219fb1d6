/**
 * The `aws-chunked` content encoding: chunks with their length in hexadecimal, then trailing headers. SDKs use it
 * where the checksum is known only when the body has been sent.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { S3Error } from './s3-error.ts';

const LINE_LIMIT = 16 * 1024;

/** Takes the framed bytes piece by piece, and gives back what was framed. */
export class AwsChunkedDecoder {
  readonly trailers = new Map<string, string>();
  #line: Buffer[] = [];
  #lineBytes = 0;
  /** Bytes left in the current chunk; its line end follows them. */
  #left = 0;
  #state: 'size' | 'data' | 'dataEnd' | 'trailers' | 'done' = 'size';

  /** The data in this piece; slices of it, not copies. */
  *decode(piece: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < piece.length) {
      if (this.#state === 'data') {
        const end = Math.min(at + this.#left, piece.length);
        yield piece.subarray(at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = 'dataEnd';
        continue;
      }
      const feed = piece.indexOf(0x0a, at);
      const end = feed === -1 ? piece.length : feed + 1;
      this.#keep(piece.subarray(at, end));
      at = end;
      if (feed !== -1) this.#endLine();
    }
  }

  /** @throws S3Error `IncompleteBody` where the last chunk never came */
  finish(): void {
    if (this.#state === 'done') return;
    throw new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
  }

  #keep(bytes: Buffer): void {
    this.#line.push(bytes);
    this.#lineBytes += bytes.length;
    if (this.#lineBytes > LINE_LIMIT) throw malformed();
  }

  #endLine(): void {
    const line = Buffer.concat(this.#line).toString('latin1').trimEnd();
    this.#line = [];
    this.#lineBytes = 0;
    switch (this.#state) {
      case 'size': {
        const size = /^([0-9a-fA-F]{1,8})(?:;.*)?$/.exec(line)?.[1];
        if (size === undefined) throw malformed();
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? 'trailers' : 'data';
        return;
      }
      case 'dataEnd':
        if (line !== '') throw malformed();
        this.#state = 'size';
        return;
      case 'trailers': {
        if (line === '') {
          this.#state = 'done';
          return;
        }
        const colon = line.indexOf(':');
        if (colon === -1) throw malformed();
        this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
        return;
      }
      case 'data':
      case 'done':
        throw malformed();
    }
  }
}

function malformed(): S3Error {
  return new S3Error('InvalidRequest', 'The body is not valid aws-chunked.');
}
