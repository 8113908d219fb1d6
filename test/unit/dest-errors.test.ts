/** What S3 throws, in sentences. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { toDestinationError } from '../../electron/engine/s3/dest-errors.ts';

function refusal(name: string, message: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

test.each([
  [
    'UnknownError',
    'UnknownError',
    400,
    'DEST_REJECTED',
    'S3 refused the request with status 400, and did not say why.',
  ],
  ['InvalidRequest', 'Missing header.', 400, 'DEST_REJECTED', 'Missing header.'],
  [
    'InvalidRequest',
    'This checksum is not known.',
    400,
    'DEST_CHECKSUM_REFUSED',
    'This checksum is not known.',
  ],
  ['UnknownError', 'UnknownError', 403, 'DEST_ACCESS_DENIED', 'Access was denied.'],
  [
    'KeyTooLongError',
    'Your key is too long',
    400,
    'DEST_NAME_TOO_LONG',
    'The key is longer than the endpoint takes.',
  ],
  [
    'KeyTooLong',
    'The key is too long.',
    400,
    'DEST_NAME_TOO_LONG',
    'The key is longer than the endpoint takes.',
  ],
  ['NoSuchBucket', '', 404, 'DEST_NO_BUCKET', 'The bucket does not exist.'],
] as const)('%s "%s" with status %i is %s', (name, message, status, code, sentence) => {
  const error = toDestinationError(refusal(name, message, status), 'looking for a.csv');
  expect(error).toMatchObject({ code, message: `Looking for a.csv: ${sentence}` });
});
