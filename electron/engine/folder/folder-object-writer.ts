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

  /** Opens the file; its name is announced first. @throws AppError `DEST_FOLDER_NOT_WRITABLE` */
  static async open(
    object: CreateObject,
    path: string,
    observer: SinkObserver,
    signal: AbortSignal,
  ): Promise<FolderObjectWriter> {
    const partial = partialPath(path, object.runId);
    await observer.onUploadOpened({ key: object.key, uploadId: partial });
    const file = await open(partial, 'wx', 0o644).catch(toFolderError(`creating ${partial}`));
    return new FolderObjectWriter(object, path, observer, signal, file);
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

  /** Closes the file, so that it can be removed on systems that do not remove open files. */
  async close(): Promise<void> {
    await this.#file.close().catch(toFolderError(`writing ${this.#partial}`));
  }

  /** A hard link fails where the name is taken, and rename does not: that is the difference overwriting makes. */
  async #moveIntoPlace(): Promise<void> {
    if (this.#object.overwrite) {
      await rename(this.#partial, this.#path);
      return;
    }
    await link(this.#partial, this.#path);
    await rm(this.#partial);
  }
}

function partialPath(path: string, runId: string): string {
  return `${path}.${runId}.partial`;
}
