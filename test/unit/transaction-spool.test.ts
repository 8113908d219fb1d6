/** Files of the spool that fail: what the capture makes of it. */
import { rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { SpoolFull, TransactionSpool } from '../../electron/engine/capture/transaction-spool.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

let folder: TemporaryFolder;
let place: string;

beforeEach(async () => {
  folder = await makeTemporaryFolder('spool');
  place = path.join(folder.path, 'spool');
});
afterEach(async () => {
  await folder.remove();
});

const MESSAGE = { bytes: Buffer.from('..message.'), start: 2, end: 9, lsn: 5n, arrival: 1 };

/** The text of each message, in order. */
async function read(spool: TransactionSpool, name: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const messages of spool.read(spool.find(name)!))
    for (const { bytes, start, end } of messages) texts.push(bytes.toString('utf8', start, end));
  return texts;
}

test('what was kept is read back, also without ever having been written before', async () => {
  await using spool = await TransactionSpool.open(place, 1024);
  const { file } = spool.begin('one', 1);
  file.append(MESSAGE);
  file.append({ ...MESSAGE, start: 5 });
  expect(await read(spool, 'one')).toEqual(['message', 'sage']);
});

test('a file that is damaged is an error of the store that passes: the server sends the transaction again', async () => {
  await using spool = await TransactionSpool.open(place, 1024);
  const { file } = spool.begin('one', 1);
  for (let i = 0; i < 10; i++) file.append(MESSAGE);
  await file.flush();
  await truncate(path.join(place, 'one.wal'), 100);
  await expect(read(spool, 'one')).rejects.toMatchObject({
    code: 'STORE_SPOOL_FAILED',
    cause: expect.any(RangeError),
  });
  expect(ERRORS.STORE_SPOOL_FAILED.retry).toBe('timed');
});

test('a disk that does not take the rest makes the spool full, before anything was given', async () => {
  await using spool = await TransactionSpool.open(place, 1024);
  spool.begin('one', 1).file.append(MESSAGE);
  await rm(place, { recursive: true });
  await expect(read(spool, 'one')).rejects.toThrow(SpoolFull);
});

test('a folder that cannot be made is said', async () => {
  const taken = path.join(folder.path, 'file');
  await writeFile(taken, '');
  await expect(TransactionSpool.open(path.join(taken, 'spool'), 1024)).rejects.toMatchObject({
    code: 'STORE_NOT_WRITABLE',
  });
});
