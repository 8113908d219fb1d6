/** Which uploads of a key are aborted. */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { abortUploadsOf } from '../../electron/engine/s3/unfinished-uploads.ts';

const HOUR_MS = 3_600_000;

/** A client that lists these uploads, and the ids of those that were aborted. */
function listing(...uploads: { Key: string; UploadId: string; hoursAgo: number }[]) {
  const aborted: (string | undefined)[] = [];
  const send = (command: unknown) => {
    if (command instanceof ListMultipartUploadsCommand) {
      const Uploads = uploads.map(({ hoursAgo, ...upload }) => ({
        ...upload,
        Initiated: new Date(Date.now() - hoursAgo * HOUR_MS),
      }));
      return Promise.resolve({ Uploads });
    }
    if (command instanceof AbortMultipartUploadCommand) aborted.push(command.input.UploadId);
    return Promise.resolve({});
  };
  return { client: { send } as unknown as S3Client, aborted };
}

test.each([
  ['recently', ['young']],
  // What is owned was begun by nobody else, also where the process was killed a week ago.
  ['ever', ['young', 'old']],
] as const)('uploads that were begun %s', async (since, expected) => {
  const { client, aborted } = listing(
    { Key: 'a', UploadId: 'young', hoursAgo: 0.1 },
    { Key: 'a', UploadId: 'old', hoursAgo: 200 },
    { Key: 'a', UploadId: 'kept', hoursAgo: 0 },
    { Key: 'ab', UploadId: 'of another key', hoursAgo: 0 },
  );
  await abortUploadsOf(client, 'lake', 'a', { since, keep: 'kept' }, AbortSignal.timeout(1_000));
  expect(aborted).toEqual(expected);
});
