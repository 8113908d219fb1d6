import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { WrittenObject } from '../../contract/run.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import type { CreateObject, ObjectWriter, SinkObserver } from '../ports.ts';
import { toFolderError } from './folder-errors.ts';

/** Writes a file beside its final name and moves it there when it is whole and on disk. */
export class FolderObjectWriter implements ObjectWriter {
  readonly #object: CreateObject;
  readonly #path: string;
  readonly #partial: string;
  readonly #observer: SinkObserver;
  readonly #signal: AbortSignal;
  readonly #file: FileHandle;
  #bytes = 0;
  #crc = 0;
  #complete = false;

  private constructor(
    object: CreateObject,
    path: string,
    observer: SinkObserver,
    signal: AbortSignal,
    file: FileHandle,
  ) {
    this.#object = object;
    this.#path = path;
    this.#partial = partialPath(path, object.runId);
    this.#observer = observer;
    this.#signal = signal;
    this.#file = file;
  }

  /** Opens the file, then announces it. @throws AppError `DEST_FOLDER_NOT_WRITABLE` */
  static async open(
    object: CreateObject,
    path: string,
    observer: SinkObserver,
    signal: AbortSignal,
  ): Promise<FolderObjectWriter> {
    const partial = partialPath(path, object.runId);
    const file = await open(partial, 'wx', 0o644).catch(toFolderError(`creating ${partial}`));
    try {
      // Not before it is there: one that was announced and is missing has become the object (see folder-sink.ts).
      await observer.onUploadOpened({ key: object.key, uploadId: partial });
      return new FolderObjectWriter(object, path, observer, signal, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get key(): string {
    return this.#object.key;
  }

  /** True when the object is there: then nothing is open any more. */
  get isComplete(): boolean {
    return this.#complete;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    this.#observer.onPartStarted();
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file
        .write(bytes, at, bytes.length - at)
        .catch(toFolderError(`writing ${this.#partial}`));
      at += bytesWritten;
    }
    this.#crc = crc32Of(bytes, this.#crc);
    this.#bytes += bytes.length;
    this.#observer.onPartUploaded(bytes.length);
  }

  async complete(rows: number): Promise<WrittenObject> {
    this.#signal.throwIfAborted();
    await this.#file.sync().catch(toFolderError(`writing ${this.#partial}`));
    await this.close();
    await this.#moveIntoPlace().catch(toFolderError(`creating ${this.#path}`));
    this.#complete = true;
    const crc32 = crc32Base64(this.#crc);
    return {
      key: this.#object.key,
      uri: pathToFileURL(this.#path).href,
      rows,
      bytes: this.#bytes,
      etag: crc32,
      crc32,
    };
  }

  async abandon(): Promise<void> {
    await this.close();
  }

  /** Closes the file, so that it can be removed on systems that do not remove open files. */
  async close(): Promise<void> {
    await this.#file.close().catch(toFolderError(`writing ${this.#partial}`));
  }

  async #moveIntoPlace(): Promise<void> {
    if (this.#object.overwrite) await rename(this.#partial, this.#path);
    else await moveToFreeName(this.#partial, this.#path);
  }
}

/** The name of a file while a run writes it: beside its final one, because only there can it be moved at once. */
export function partialPath(path: string, runId: string): string {
  return `${path}.${runId}.partial`;
}

/** Moves a file to a name that must be free: a hard link fails where it is taken, and rename does not. */
export async function moveToFreeName(from: string, to: string): Promise<void> {
  await link(from, to);
  await rm(from);
}
