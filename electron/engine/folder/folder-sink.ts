/** A local folder as a place for objects: the same keys and the same manifest as in a bucket. */
import { createReadStream, type BigIntStats } from 'node:fs';
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../../contract/app-error.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { readManifest } from '../lib/read-manifest.ts';
import type { CreateObject, Debris, ObjectSink, ObjectWriter, SinkObserver } from '../ports.ts';
import type { StoredState } from '../documents/state-shelf.ts';
import { toFolderError } from './folder-errors.ts';
import { readStateFile, replaceStateFile } from './folder-state.ts';
import { FolderObjectWriter, moveToFreeName, partialPath } from './folder-object-writer.ts';

export class FolderSink implements ObjectSink {
  readonly label: string;
  readonly prefix = '';
  readonly #root: string;
  /** What the path of everything in it begins with. */
  readonly #inside: string;
  /** Files that may still be open, to be closed before anything is removed. */
  #writers: FolderObjectWriter[] = [];

  constructor(root: string) {
    this.#root = path.resolve(root);
    // The root of a drive or a share ends with one already.
    this.#inside = this.#root.endsWith(path.sep) ? this.#root : this.#root + path.sep;
    this.label = this.#root;
  }

  uriOf(key: string): string {
    return pathToFileURL(this.#pathOf(key)).href;
  }

  async create(object: CreateObject, observer: SinkObserver, signal: AbortSignal): Promise<ObjectWriter> {
    const file = this.#pathOf(object.key);
    if (!object.overwrite && (await sizeOf(file)) !== undefined) {
      throw new AppError('DEST_OBJECT_EXISTS', `There is a file ${file} already.`, {
        details: { key: object.key },
      });
    }
    await observer.onWriting();
    await makeFolderOf(file);
    const writer = await FolderObjectWriter.open(object, file, observer, signal);
    // A capture writes to one sink for months.
    this.#writers = [...this.#writers.filter(({ isComplete }) => !isComplete), writer];
    return writer;
  }

  async verify(objects: readonly WrittenObject[]): Promise<void> {
    for (const { key, bytes } of objects) {
      const size = await sizeOf(this.#pathOf(key));
      if (size === bytes) continue;
      throw new AppError(
        'DEST_CHECKSUM_MISMATCH',
        `${key} has ${size ?? 'no'} bytes on disk instead of ${bytes}.`,
        {
          details: { key },
        },
      );
    }
  }

  async putManifest(key: string, manifest: Manifest): Promise<void> {
    const file = this.#pathOf(key);
    // Half a manifest would be taken for one, by whoever waits for it and by the next start after a crash.
    const partial = partialPath(file, manifest.runId);
    await makeFolderOf(file);
    const handle = await open(partial, 'wx', 0o644).catch(toFolderError(`creating ${partial}`));
    try {
      await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
      await handle.sync();
    } catch (error) {
      toFolderError(`writing ${partial}`)(error);
    } finally {
      await handle.close();
    }
    await moveToFreeName(partial, file).catch(toFolderError(`creating ${file}`));
  }

  async *read(key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = this.#pathOf(key);
    if ((await sizeOf(file)) === undefined) throw new AppError('DEST_NO_OBJECT', `There is no file ${file}.`);
    try {
      yield* createReadStream(file, { signal }) as AsyncIterable<Uint8Array>;
    } catch (error) {
      signal.throwIfAborted();
      toFolderError(`reading ${file}`)(error);
    }
  }

  async *list(folder: string, after: string): AsyncGenerator<string> {
    const at = this.#pathOf(folder);
    if ((await look(at)) === undefined) return;
    const found = await readdir(at, { recursive: true, withFileTypes: true }).catch(
      toFolderError(`listing ${at}`),
    );
    const files = found.filter((entry) => entry.isFile());
    const keys = files
      .map(({ parentPath, name }) => path.relative(this.#root, path.join(parentPath, name)))
      .map((file) => file.split(path.sep).join('/'))
      .filter((key) => key > after);
    yield* keys.toSorted((a, b) => (a < b ? -1 : 1));
  }

  async modifiedAt(key: string): Promise<Date | undefined> {
    const found = await look(this.#pathOf(key));
    return found === undefined ? undefined : new Date(Number(found.mtimeMs));
  }

  async readState(key: string): Promise<StoredState | undefined> {
    return await readStateFile(this.#pathOf(key));
  }

  /** A lock file holds the conditions here. */
  readonly refusesConditions = false;

  async replaceState(
    key: string,
    text: string,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    return await replaceStateFile(this.#pathOf(key), text, tag, signal);
  }

  async findManifest(key: string, signal: AbortSignal): Promise<Manifest | undefined> {
    return await readManifest(this, key, signal);
  }

  async remove({ runId, uploads, keys, owned = false }: Debris): Promise<void> {
    // Not those of other objects, which may still be written.
    const affected = this.#writers.filter(({ key }) => keys.includes(key));
    await Promise.allSettled(affected.map((writer) => writer.close()));
    // A key with the run's id in it is this run's alone; the manifest has one.
    for (const key of keys.filter((candidate) => owned || candidate.includes(runId)))
      await this.#removeFile(this.#pathOf(key));
    // Not the names that the uploads have: a document in which others have written could name any file of the machine.
    const partialOf = (key: string) => partialPath(this.#pathOf(key), runId);
    for (const { key } of uploads) {
      const file = this.#pathOf(key);
      if (keys.includes(key) && (await hasBecome(partialOf(key), file))) await this.#removeFile(file);
    }
    // Last, because they tell whose the objects are. Also those that were made and not announced any more.
    const partials = [...uploads.map(({ key }) => key), ...keys].map(partialOf);
    for (const partial of new Set(partials)) await this.#removeFile(partial);
  }

  /** Removes a file, and the folders above it that are empty now. */
  async #removeFile(file: string): Promise<void> {
    await rm(file, { force: true }).catch(toFolderError(`removing ${file}`));
    for (
      let folder = path.dirname(file);
      folder.startsWith(this.#inside) && folder !== this.#root;
      folder = path.dirname(folder)
    ) {
      // A folder that has something else in it stays, and so do those above it.
      if (!(await removeIfEmpty(folder))) return;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** @throws AppError `CONFIG_INVALID_INPUT` for a key that leaves the folder */
  #pathOf(key: string): string {
    const file = path.resolve(this.#root, key);
    if (file.startsWith(this.#inside)) return file;
    throw new AppError('CONFIG_INVALID_INPUT', `key: ${key} leads out of the folder`, {
      details: { field: 'key' },
    });
  }
}

async function makeFolderOf(file: string): Promise<void> {
  const folder = path.dirname(file);
  try {
    await makeFolder(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new AppError('DEST_FOLDER_NOT_WRITABLE', `${folder} is a file, and not a folder.`, {
        cause: error,
      });
    }
    toFolderError(`creating ${folder}`)(error);
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    return toFolderError(`removing ${folder}`)(error);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await look(file);
  return found === undefined ? undefined : Number(found.size);
}

/** True where the partial file has become the object: it was renamed, or has a second name and not yet lost its first. */
async function hasBecome(partial: string, file: string): Promise<boolean> {
  const [before, after] = await Promise.all([look(partial), look(file)]);
  return before === undefined || (before.ino === after?.ino && before.dev === after.dev);
}

/** Undefined where there is no such file. */
async function look(file: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(file, { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    return toFolderError(`looking at ${file}`)(error);
  }
}
