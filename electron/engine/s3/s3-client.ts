import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AppError } from '../../contract/app-error.ts';
import type { S3Settings } from '../../contract/destination-profile.ts';

/** Milliseconds for a connection to be made. */
const CONNECT_TIMEOUT_MS = 5_000;

/** How patient requests are. */
export interface S3Patience {
  /** Milliseconds without a byte in either direction after which a request is given up and tried again. */
  readonly idleMs: number;
  /** How often a request is made in all; the SDK waits longer each time, and longest when S3 says SlowDown. */
  readonly attempts: number;
}

/** S3 answers within a second or two; a minute in all is long enough to know that it will not. */
export const DEFAULT_PATIENCE: S3Patience = { idleMs: 15_000, attempts: 4 };

/** An S3 client for a place in a bucket. The retries of requests are the SDK's and happen nowhere else. */
export function openS3(settings: S3Settings, secretKey: string | undefined, patience: S3Patience): S3Client {
  const client = new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.pathStyle,
    ...credentials(settings, secretKey),
    maxAttempts: patience.attempts,
    // We send CRC32s of our own. The SDK's default would wrap bodies in chunks with a trailer, which
    // several S3-compatible servers store as if it were data.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: patience.idleMs,
    }),
  });
  if (settings.requesterPays === true) payRequests(client);
  return client;
}

/**
 * Says with every request that we pay for it: a bucket of that kind answers 403 to each one that does not.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
 */
function payRequests(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      // The SDK's type leaves open what a request is; over HTTP it always has headers.
      (args.request as { headers: Record<string, string> }).headers['x-amz-request-payer'] = 'requester';
      return await next(args);
    },
    { step: 'build', name: 'requesterPays' },
  );
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
