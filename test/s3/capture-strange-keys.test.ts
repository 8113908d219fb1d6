/** What a checkpoint and a compaction's state say was begun is not believed: others write in the same bucket and folder. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreateMultipartUploadCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { checkpointKey } from '../../electron/contract/capture-log.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { insert, ORDERS, transaction } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const signal = AbortSignal.timeout(120_000);
const POSITIONS = '00000000000000C8-00000000000000C8';

let s3: S3Server;
let client: S3Client;
let folder: TemporaryFolder;
let places = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
  folder = await makeTemporaryFolder('strange');
  client = new S3Client({
    region: s3.region,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials: s3.credentials,
  });
});
afterAll(async () => {
  client.destroy();
  await s3[Symbol.asyncDispose]();
  await folder.remove();
});

/** A place that somebody else writes to as well. */
interface Place {
  readonly sink: ObjectSink;
  readonly put: (key: string) => Promise<void>;
  readonly keys: () => Promise<string[]>;
}

const PLACES: Record<string, () => Promise<Place>> = {
  'a bucket': async () => {
    const sink = sinkOn(s3, `h${++places}`);
    return {
      sink,
      put: async (key) => {
        await client.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: 'theirs' }));
      },
      keys: async () => s3.objects('lake').map(({ key }) => key),
    };
  },
  'a folder': async () => {
    const root = path.join(folder.path, `h${++places}`);
    await mkdir(root, { recursive: true });
    return {
      sink: new FolderSink(root),
      put: async (key) => {
        const file = path.resolve(root, key);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, 'theirs');
      },
      keys: async () => {
        const found = await readdir(folder.path, { recursive: true, withFileTypes: true });
        return found
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
      },
    };
  },
};

/** Keys of others: outside of the prefix, among what Sluice keeps, of another job, and such as lead out. */
const strangeKeys = (prefix: string) => {
  const at = prefix === '' ? '' : `${prefix}/`;
  return [
    'other/a.txt',
    `${prefix === '' ? 'h0' : prefix}x/${JOB}/public/Orders/2026-01-01/${POSITIONS}-00001.jsonl.zst`,
    `${at}a.txt`,
    `${at}_sluice/${JOB}/note.json`,
    `${at}_sluice/other/checkpoint.json`,
    `${at}other/public/Orders/2026-01-01/${POSITIONS}-00001.jsonl.zst`,
    `${at}${JOB}/public/Orders/2026-01-01/notes.jsonl.zst`,
    `${at}${JOB}/public/Orders/2026-01-01/deep/${POSITIONS}-00001.jsonl.zst`,
  ];
};

async function withPending(sink: ObjectSink, pending: readonly string[]): Promise<void> {
  const key = checkpointKey(sink.prefix, JOB);
  const found = await sink.readState(key, signal);
  const checkpoint = { ...(JSON.parse(found!.text) as object), pending };
  await sink.replaceState(key, JSON.stringify(checkpoint), found!.tag, signal);
}

async function captureOnce(sink: ObjectSink, lsn: number): Promise<readonly string[]> {
  await using hand = await openWriter(sink);
  await hand.writer.write(transaction(lsn, insert(ORDERS, String(lsn), 'x')));
  await hand.writer.stop();
  return hand.notes;
}

describe.each(Object.entries(PLACES))('in %s', (_, makePlace) => {
  test('C6: what the checkpoint says was begun and is not of this capture stays, and is spoken of', async () => {
    const { sink, put, keys } = await makePlace();
    await captureOnce(sink, 200);
    const strange = strangeKeys(sink.prefix);
    for (const key of strange) await put(key);
    const before = await keys();
    await withPending(sink, [...strange, '../outside.txt', '/etc/hostname', '']);
    const notes = await captureOnce(sink, 300);
    expect(await keys()).toEqual(expect.arrayContaining(before));
    expect(notes.join('\n')).toContain('left alone');
    expect((await readWritten(sink, JOB)).checkpoint.pending).toEqual([]);
  });

  test('C6: what an entry of the log names stays, whatever the checkpoint says of it', async () => {
    const { sink } = await makePlace();
    for (let lsn = 200; lsn < 2_300; lsn += 100) await captureOnce(sink, lsn);
    const named = [...(await readWritten(sink, JOB)).lines.keys()];
    expect(named).toHaveLength(21);
    await withPending(sink, named);
    await captureOnce(sink, 9_000);
    const { lines } = await readWritten(sink, JOB);
    expect([...lines.values()].flat()).toHaveLength(22);
  });

  test('what a capture has begun and no entry names goes', async () => {
    const { sink, keys } = await makePlace();
    await captureOnce(sink, 200);
    const { checkpoint, lines } = await readWritten(sink, JOB);
    // The log loses its last entry, as if the process had died before it.
    const [object] = [...lines.keys()];
    const copy = object!.replace('-00001.', '-00002.');
    await copyOfOurs(sink, copy);
    expect(await keys()).toContain(copy);
    await withPending(sink, [...checkpoint.pending, copy]);
    await captureOnce(sink, 300);
    expect(await keys()).not.toContain(copy);
    expect(await keys()).toContain(object);
  });
});

/** An object as this capture writes it. */
async function copyOfOurs(sink: ObjectSink, key: string): Promise<void> {
  const { captureRunId } = await import('../../electron/engine/capture/capture-run-id.ts');
  const runId = captureRunId({ job: JOB, systemIdentifier: '7300000000000000001' });
  const quiet = {
    onPartStarted: () => undefined,
    onPartUploaded: () => undefined,
    onWriting: () => Promise.resolve(),
    onRefused: () => undefined,
    onUploadOpened: () => Promise.resolve(),
  };
  const writer = await sink.create(
    { key, runId, overwrite: false, contentType: 'application/x-ndjson' },
    quiet,
    signal,
  );
  await writer.write(Buffer.from('x'));
  await writer.complete(1);
}

test('C6: an object of somebody else at a key of ours stays, and so does an upload elsewhere', async () => {
  const sink = sinkOn(s3, `h${++places}`);
  await captureOnce(sink, 200);
  const mine = `${sink.prefix}/${JOB}/public/Orders/2026-01-01/${POSITIONS}-00007.jsonl.zst`;
  await client.send(new PutObjectCommand({ Bucket: 'lake', Key: mine, Body: 'theirs' }));
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'lake', Key: 'other/big' }));
  await withPending(sink, [mine, 'other/big']);
  await captureOnce(sink, 300);
  expect(s3.objects('lake').map(({ key }) => key)).toContain(mine);
  expect(s3.openUploads('lake').map(({ key }) => key)).toEqual(['other/big']);
});

test('C6: a file that a run names as its unfinished upload stays where it is not one of its keys', async () => {
  const root = path.join(folder.path, `h${++places}`);
  await mkdir(root, { recursive: true });
  const outside = path.join(folder.path, 'precious.txt');
  await writeFile(outside, 'theirs');
  const sink = new FolderSink(root);
  await sink.remove({ runId: 'run-1', keys: ['a.csv'], uploads: [{ key: 'a.csv', uploadId: outside }] });
  expect(await readFile(outside, 'utf8')).toBe('theirs');
});
