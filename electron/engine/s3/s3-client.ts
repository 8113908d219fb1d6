import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AppError } from '../../contract/app-error.ts';
import type { S3Settings } from '../../contract/destination-profile.ts';

/** Milliseconds for a connection to be made. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Milliseconds without a byte in either direction after which a request is given up and tried again. */
const IDLE_TIMEOUT_MS = 15_000;

/** How often a request is made in all; the SDK waits longer each time, and longest when S3 says SlowDown. */
const ATTEMPTS = 4;

/** An S3 client for a place in a bucket. The retries of requests are the SDK's and happen nowhere else. */
export function openS3(settings: S3Settings, secretKey: string | undefined): S3Client {
  return new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.pathStyle,
    ...credentials(settings, secretKey),
    maxAttempts: ATTEMPTS,
    // We send CRC32s of our own. The SDK's default would wrap bodies in chunks with a trailer, which
    // several S3-compatible servers store as if it were data.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
    }),
  });
}

function credentials(
  settings: S3Settings,
  secretKey: string | undefined,
): Pick<S3ClientConfig, 'credentials'> {
  switch (settings.credentials.kind) {
    case 'default':
      return {};
    case 'profile':
      return { credentials: fromNodeProviderChain({ profile: settings.credentials.profile }) };
    case 'keys':
      if (secretKey === undefined) {
        throw new AppError('DEST_NO_CREDENTIALS', 'The secret key of this destination is missing.');
      }
      return { credentials: { accessKeyId: settings.credentials.accessKeyId, secretAccessKey: secretKey } };
  }
}
