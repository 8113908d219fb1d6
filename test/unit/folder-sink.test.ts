/** A folder as a destination: whole files or none, and nothing of anybody else's is ever touched. */
import { LentKeys } from '../../electron/engine/lent-keys.ts';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../electron/contract/manifest.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { crc32Base64, crc32Of } from '../../electron/engine/lib/crc32.ts';
import type { CreateObject, OpenUpload, SinkObserver } from '../../electron/engine/ports.ts';
import { destinationAccess } from '../../electron/engine/access-of.ts';
import type { ProfileBook } from '../../electron/engine/profiles/profile-book.ts';
import { storedRun } from '../fakes/stored-run.ts';

const RUN = '20261122T093000Z-4f3a9c21';
const never = new AbortController().signal;
let root: string;
let sink: FolderSink;
let uploads: OpenUpload[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sluice-folder-'));
  sink = new FolderSink(root);
  uploads = [];
});
afterEach(() => rm(root, { recursive: true }));

const observer: SinkObserver = {
  onPartStarted: () => undefined,
  onPartUploaded: () => undefined,
  onWriting: () => Promise.resolve(),
  onRefused: () => undefined,
  onUploadOpened: (upload) => {
    uploads.push(upload);
    return Promise.resolve();
  },
};

const create = (key: string, change: Partial<CreateObject> = {}) =>
  sink.create({ key, runId: RUN, overwrite: false, contentType: 'text/csv', ...change }, observer, never);

async function write(key: string, text: string, change: Partial<CreateObject> = {}) {
  const writer = await create(key, change);
  await writer.write(Buffer.from(text));
  return await writer.complete(1);
}

const files = async () =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
const content = (key: string) => readFile(path.join(root, key), 'utf8');
const debris = (...keys: string[]) => ({ runId: RUN, uploads, keys });

describe('an object', () => {
  test('is a file under its key, with size and checksum', async () => {
    const object = await write('a/b/orders.csv', 'rows\n');
    expect(object).toMatchObject({ key: 'a/b/orders.csv', rows: 1, bytes: 5 });
    expect(object.uri).toBe(`file://${root}/a/b/orders.csv`);
    expect(object.crc32).toBe(crc32Base64(crc32Of(Buffer.from('rows\n'))));
    expect(await content('a/b/orders.csv')).toBe('rows\n');
    await sink.verify([object]);
  });

  test('has its name only when it is whole', async () => {
    const writer = await create('orders.csv');
    await writer.write(Buffer.from('half'));
    expect(await files()).toEqual([`orders.csv.${RUN}.partial`]);
    expect(uploads).toEqual([{ key: 'orders.csv', uploadId: path.join(root, `orders.csv.${RUN}.partial`) }]);
    await writer.complete(1);
    expect(await files()).toEqual(['orders.csv']);
  });

  test('is not written over another one', async () => {
    await write('orders.csv', 'first');
    await expect(create('orders.csv')).rejects.toMatchObject({ code: 'DEST_OBJECT_EXISTS' });
    expect(await content('orders.csv')).toBe('first');
  });

  test('is not written over one that came meanwhile', async () => {
    const writer = await create('orders.csv');
    await writer.write(Buffer.from('ours'));
    await writeFile(path.join(root, 'orders.csv'), 'theirs');
    await expect(writer.complete(1)).rejects.toMatchObject({ code: 'DEST_OBJECT_EXISTS' });
    await sink.remove(debris('orders.csv'));
    expect(await files()).toEqual(['orders.csv']);
    expect(await content('orders.csv')).toBe('theirs');
  });

  test('replaces another one where that was asked for', async () => {
    await write('orders.csv', 'first');
    await write('orders.csv', 'second', { overwrite: true });
    expect(await content('orders.csv')).toBe('second');
    expect(await files()).toEqual(['orders.csv']);
  });

  test.each(['../outside.csv', 'a/../../outside.csv', '/etc/outside.csv', '..', '.'])(
    'with the key %s does not leave the folder',
    async (key) => {
      await expect(create(key)).rejects.toMatchObject({
        code: 'CONFIG_INVALID_INPUT',
        details: { field: 'key' },
      });
    },
  );

  test('below a file cannot be written, and the error says so', async () => {
    await writeFile(path.join(root, 'file'), '');
    await expect(create('file/orders.csv')).rejects.toMatchObject({
      code: 'DEST_FOLDER_NOT_WRITABLE',
      message: `${path.join(root, 'file')} is a file, and not a folder.`,
    });
    await expect(create('file/below/orders.csv')).rejects.toMatchObject({
      code: 'DEST_FOLDER_NOT_WRITABLE',
      message: expect.stringContaining('a part of the path is a file') as string,
    });
  });

  test.each([
    ['whose name is', 'ä'.repeat(130)],
    ['whose path is', 'a/'.repeat(2_100) + 'b.csv'],
  ])('E14: %s too long for the file system is told as that', async (_, key) => {
    await expect(write(key, 'rows')).rejects.toMatchObject({
      code: 'DEST_NAME_TOO_LONG',
      message: expect.stringMatching(/a name in it, or the whole path, is longer than/) as string,
      hint: expect.stringMatching(/1,024 bytes.*255.*4,096/) as string,
    });
  });

  test('that has become shorter is found out', async () => {
    const object = await write('orders.csv', 'rows\n');
    await writeFile(path.join(root, 'orders.csv'), 'row');
    await expect(sink.verify([object])).rejects.toMatchObject({ code: 'DEST_CHECKSUM_MISMATCH' });
    await rm(path.join(root, 'orders.csv'));
    await expect(sink.verify([object])).rejects.toMatchObject({ code: 'DEST_CHECKSUM_MISMATCH' });
  });
});

describe('what is removed after a run that did not reach its end', () => {
  test('the unfinished file, and the folders that are empty then', async () => {
    await (await create('a/b/orders.csv')).write(Buffer.from('half'));
    await sink.remove(debris('a/b/orders.csv'));
    expect(await readdir(root)).toEqual([]);
  });

  test('a whole object that this run has written', async () => {
    await write('orders.csv', 'whole');
    await sink.remove(debris('orders.csv'));
    expect(await files()).toEqual([]);
  });

  test('but not an object that was there before', async () => {
    await write('orders.csv', 'first', { runId: 'another' });
    uploads = [];
    await expect(create('orders.csv')).rejects.toMatchObject({ code: 'DEST_OBJECT_EXISTS' });
    await sink.remove(debris('orders.csv'));
    expect(await content('orders.csv')).toBe('first');
  });

  test('nor one that was to be replaced, while the new one is not whole', async () => {
    await write('orders.csv', 'first', { runId: 'another' });
    uploads = [];
    await (await create('orders.csv', { overwrite: true })).write(Buffer.from('half'));
    await sink.remove(debris('orders.csv'));
    expect(await content('orders.csv')).toBe('first');
    expect(await files()).toEqual(['orders.csv']);
  });

  test('nor one that was to be replaced by a run that died before its own file was there', async () => {
    await write('orders.csv', 'first', { runId: 'another' });
    // The key is written down before anything is done; the upload only when its file is there.
    uploads = [];
    await sink.remove(debris('orders.csv'));
    expect(await content('orders.csv')).toBe('first');
  });

  test('an unfinished file that was made and not announced any more', async () => {
    await writeFile(path.join(root, `orders.csv.${RUN}.partial`), '');
    await sink.remove(debris('orders.csv'));
    expect(await files()).toEqual([]);
  });

  test('an object that had got its name and not yet lost its first one', async () => {
    await (await create('orders.csv')).write(Buffer.from('whole'));
    const { link } = await import('node:fs/promises');
    await link(path.join(root, `orders.csv.${RUN}.partial`), path.join(root, 'orders.csv'));
    await sink.remove(debris('orders.csv'));
    expect(await files()).toEqual([]);
  });

  test('folders with something else in them stay', async () => {
    await mkdir(path.join(root, 'a'));
    await writeFile(path.join(root, 'a', 'other'), '');
    await (await create('a/b/orders.csv')).write(Buffer.from('half'));
    await sink.remove(debris('a/b/orders.csv'));
    expect(await files()).toEqual(['a/other']);
  });

  test('twice is fine', async () => {
    await write('a/orders.csv', 'whole');
    await sink.remove(debris('a/orders.csv'));
    await sink.remove(debris('a/orders.csv'));
    expect(await readdir(root)).toEqual([]);
  });
});

describe('the manifest', () => {
  const manifest: Manifest = {
    version: 1,
    runId: RUN,
    startedAt: '2026-11-22T09:30:00.000Z',
    finishedAt: '2026-11-22T09:30:01.000Z',
    source: {
      host: 'db',
      port: 5432,
      database: 'shop',
      serverVersion: '18.4',
      systemIdentifier: '7000000000000000001',
      query: 'SELECT 1',
      snapshot: '1:1:',
      lsn: '0/1',
    },
    columns: [{ name: 'a', type: 'integer' }],
    spec: storedRun(1).run.spec,
    rows: 1,
    bytes: 2,
    objects: [],
  };
  const key = `_sluice/runs/${RUN}/manifest.json`;

  test('is found again as it was written', async () => {
    expect(await sink.findManifest(key, never)).toBeUndefined();
    await sink.putManifest(key, manifest);
    expect(await sink.findManifest(key, never)).toEqual(manifest);
    expect(await files()).toEqual([key]);
  });

  test('is never written over another one', async () => {
    await sink.putManifest(key, manifest);
    await expect(sink.putManifest(key, { ...manifest, rows: 2 })).rejects.toMatchObject({
      code: 'DEST_OBJECT_EXISTS',
    });
    expect(await sink.findManifest(key, never)).toEqual(manifest);
  });

  test('that was only half written when the process died is none, and goes with the rest', async () => {
    await mkdir(path.dirname(path.join(root, key)), { recursive: true });
    await writeFile(path.join(root, `${key}.${RUN}.partial`), '{"version": 1,');
    expect(await sink.findManifest(key, never)).toBeUndefined();
    await sink.remove(debris(key));
    expect(await readdir(root)).toEqual([]);
  });
});

test('the root of a file system holds keys as any folder does', () => {
  const whole = new FolderSink(path.parse(process.cwd()).root);
  expect(whole.uriOf('shop/orders.csv')).toMatch(/^file:\/\/\/.*shop\/orders\.csv$/);
  expect(() => new FolderSink('/srv/lake').uriOf('../shop/orders.csv')).toThrow('leads out of the folder');
});

test('a folder that is no whole path is refused: the program runs in one that nobody has chosen', async () => {
  const access = destinationAccess(
    { destination: { folder: 'extracts' } },
    {} as ProfileBook,
    new LentKeys(),
  );
  await expect(access).rejects.toMatchObject({
    code: 'CONFIG_INVALID_INPUT',
    details: { field: 'destination.folder' },
  });
});
