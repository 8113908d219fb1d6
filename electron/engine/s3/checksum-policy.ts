/**
 * By what an endpoint checks the bodies that it is sent. S3 knows CRCs; some S3-compatible servers refuse the headers
 * that carry them, and some ignore them. Which it is shows at the first request, and holds for the rest of the run:
 * then every body goes with its MD5, which all of them know, and the ETags that come back are compared where they are
 * MD5 sums.
 */
import { AppError } from '../../contract/app-error.ts';
import type { ChecksumChoice } from '../../contract/object-options.ts';
import { isConflict, isNotFound, isRefusedArgument } from './dest-errors.ts';
import type { SumKind } from './running-sums.ts';

/** What an answer says about a body that was stored. */
export interface StoredSums {
  readonly ETag?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
}

export class ChecksumPolicy {
  readonly #auto: boolean;
  readonly #note: (message: string) => void;
  #kind: SumKind;
  #etagIsMd5: boolean | undefined;

  /** @param note told once of what the endpoint lacks */
  constructor(choice: ChecksumChoice = 'auto', note: (message: string) => void = () => undefined) {
    this.#auto = choice === 'auto';
    this.#kind = choice === 'auto' ? 'crc32' : choice === 'none' ? 'md5' : choice;
    this.#note = note;
  }

  /** What bodies are sent with from now on. */
  get kind(): SumKind {
    return this.#kind;
  }

  /** True where ETags have turned out to be MD5 sums. */
  get etagIsMd5(): boolean {
    return this.#etagIsMd5 === true;
  }

  /**
   * Makes a request with a checksum; where the endpoint refuses it, once more with MD5, and when that goes well never
   * with a checksum again. @throws what the last request threw
   */
  async attempt<T>(kind: SumKind, request: (kind: SumKind) => Promise<T>): Promise<T> {
    try {
      return await request(kind);
    } catch (error) {
      if (kind === 'md5' || !this.#auto || !isRefusedArgument(error)) throw error;
      // A missing object, or one that is in the way, is an answer as well: it was not the checksum that was refused.
      const answer = await request('md5').catch((second: unknown) => {
        if (isNotFound(second) || isConflict(second)) this.#doWithout();
        throw second;
      });
      this.#doWithout();
      return answer;
    }
  }

  /**
   * Asks for an object with its checksums; where the endpoint refuses to say them, without. Also where a checksum is insisted
   * on: the refusal of a HEAD has no words, and that of the first body says what it is about.
   */
  async look<T>(request: (kind: SumKind) => Promise<T>): Promise<T> {
    if (this.#auto) return await this.attempt(this.#kind, request);
    try {
      return await request(this.#kind);
    } catch (error) {
      if (this.#kind === 'md5' || !isRefusedArgument(error)) throw error;
      return await request('md5');
    }
  }

  /** The endpoint has taken a checksum and kept none. @throws AppError where one was insisted on */
  ignored(): void {
    if (this.#kind === 'md5') return;
    if (!this.#auto) {
      throw new AppError('DEST_CHECKSUM_REFUSED', `The endpoint does not keep checksums (${this.#kind}).`);
    }
    this.#doWithout();
  }

  /**
   * Compares an ETag with the MD5 of what was sent. The first one shows whether ETags are MD5 sums here: those of
   * objects that are encrypted with KMS are not, nor are those of some servers.
   */
  etagAgrees({ ETag, ServerSideEncryption }: StoredSums, md5: Buffer): boolean {
    if (ETag === undefined || ServerSideEncryption?.startsWith('aws:kms') === true) return true;
    const agrees = ETag.replaceAll('"', '') === md5.toString('hex');
    if (this.#etagIsMd5 === undefined) {
      this.#etagIsMd5 = agrees;
      if (!agrees)
        this.#note('ETags of this endpoint are no MD5 sums: what it has is proved by its size alone.');
    }
    return agrees || !this.#etagIsMd5;
  }

  #doWithout(): void {
    if (this.#kind === 'md5') return;
    this.#kind = 'md5';
    this.#note(
      'This endpoint keeps no checksums: every part is sent with its MD5, and proved by size and ETag.',
    );
  }
}
