/**
 * The disk behind objects that are not at the destination: what has been compressed goes here, so that memory holds the
 * ends of objects only, and a destination that is away for an hour costs disk.
 *
 * Bound: the bytes that the capture was given. Beyond them, and where the disk takes no more, bytes stay in memory, whose
 * bounds are reached soon after: then `write` waits, and with it the stream.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';
import { StagedFile } from './staged-file.ts';

export interface StagingPlace {
  /** This writer's alone: what lies in it is of one that was killed. */
  readonly folder: string;
  /** Bytes that may lie in it. */
  readonly bytes: number;
}

export class StagingDisk implements AsyncDisposable {
  readonly #place: StagingPlace;
  readonly #onNote: (message: string) => void;
  readonly #files = new Set<StagedFile>();
  #used = 0;
  #told = false;

  private constructor(place: StagingPlace, onNote: (message: string) => void) {
    this.#place = place;
    this.#onNote = onNote;
  }

  /**
   * Begins with an empty folder: what a process that was killed has left of its objects is read from the slot again.
   * @param onNote told once of a disk that takes nothing more
   * @throws AppError `STORE_NOT_WRITABLE`
   */
  static async open(place: StagingPlace, onNote: (message: string) => void): Promise<StagingDisk> {
    try {
      await rm(place.folder, { recursive: true, force: true });
      await mkdir(place.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const what = `The folder for objects that wait for the destination cannot be made: ${messageOf(error)}`;
      throw new AppError('STORE_NOT_WRITABLE', what, { cause: error });
    }
    return new StagingDisk(place, onNote);
  }

  /** Bytes that lie there. */
  get used(): number {
    return this.#used;
  }

  /** A file of an object. Nothing is made before it has bytes. */
  file(): StagedFile {
    return new StagedFile(path.join(this.#place.folder, randomUUID()));
  }

  /** Puts bytes behind those that the file has. False where there is no room: then they are the caller's to keep. */
  async append(file: StagedFile, pieces: readonly Uint8Array[]): Promise<boolean> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (this.#used + bytes > this.#place.bytes) {
      this.#tell(`they have ${this.#used} bytes, and were given ${this.#place.bytes}`);
      return false;
    }
    this.#used += bytes;
    this.#files.add(file);
    try {
      await file.append(pieces);
      return true;
    } catch (error) {
      this.#used -= bytes;
      this.#tell(messageOf(error));
      return false;
    }
  }

  /** The bytes of a file. @throws AppError `STORE_SPOOL_FAILED` */
  async *read(file: StagedFile): AsyncGenerator<Uint8Array> {
    try {
      await file.close();
      yield* file.read();
    } catch (error) {
      const what = `An object that was kept on disk until the destination takes it cannot be read back: ${messageOf(error)}`;
      throw new AppError('STORE_SPOOL_FAILED', what, { cause: error });
    }
  }

  /** Removes a file. One that cannot be removed goes with the folder. */
  async release(file: StagedFile): Promise<void> {
    if (!this.#files.delete(file)) return;
    this.#used -= file.size;
    await file.remove().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files) await this.release(file);
    // Where it cannot be removed now, the next start does it or says why not.
    await rm(this.#place.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  #tell(why: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#onNote(
      `Objects that wait for the destination find no room on this disk (${why}): until it takes them, no more is read than memory holds.`,
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
