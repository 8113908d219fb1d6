import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AppError } from '../../contract/app-error.ts';
import type { S3Settings } from '../../contract/destination-profile.ts';
import { collectBody } from './collect-body.ts';
import { attemptNothingBehindTheEnd } from './until-answered.ts';

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

/**
 * An S3 client for a place in a bucket. The retries of requests are the SDK's and happen nowhere else.
 * @param sessionToken of temporary keys
 */
export function openS3(
  settings: S3Settings,
  secretKey: string | undefined,
  patience: S3Patience,
  sessionToken?: string,
): S3Client {
  const client = new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    forcePathStyle: settings.pathStyle,
    ...credentials(settings, secretKey, sessionToken),
    maxAttempts: patience.attempts,
    // We send CRC32s of our own. The SDK's default would wrap bodies in chunks with a trailer, which
    // several S3-compatible servers store as if it were data.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    streamCollector: collectBody,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: patience.idleMs,
    }),
  });
  if (settings.requesterPays === true) addHeader(client, 'x-amz-request-payer', 'requester');
  if (hidesBodies(settings.endpoint)) leaveBodiesUnsigned(client);
  attemptNothingBehindTheEnd(client);
  sendPartsOnKeptConnections(client);
  return client;
}

/**
 * Takes back the `Expect: 100-continue` of parts. The SDK makes a connection for each request that has it, and closes it
 * after the answer: for every 5 MiB a handshake of TCP, one of TLS, and a congestion window that starts small. A part needs
 * no such question, because S3 has just accepted its upload; an object of one piece does, and keeps it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonRequestHeaders.html
 */
function sendPartsOnKeptConnections(client: S3Client): void {
  changeHeaders(client, 'parts on kept connections', (headers, command) => {
    if (command === 'UploadPartCommand') delete headers['Expect'];
  });
}

/**
 * True where nobody between here and there can change a body: then its checksum, which is signed, is enough against
 * accidents, and hashing every body once more for the signature would protect from nobody. Over plain http it is the
 * signature alone that keeps somebody on the way from exchanging a body for another one with the same CRC.
 */
export function hidesBodies(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  const { protocol, hostname } = new URL(endpoint);
  return (
    protocol === 'https:' ||
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#create-signature-presign-entire-payload */
function leaveBodiesUnsigned(client: S3Client): void {
  addHeader(client, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD', ['UploadPartCommand', 'PutObjectCommand']);
}

/**
 * Adds a header to requests, before they are signed. With requester pays it has to be every one: such a bucket answers
 * 403 to those without. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
 * @param commands those that get it; all where left out
 */
function addHeader(client: S3Client, name: string, value: string, commands?: readonly string[]): void {
  changeHeaders(client, `add ${name}`, (headers, command) => {
    if (commands?.includes(command) ?? true) headers[name] ??= value;
  });
}

/** Changes the headers of requests, behind whatever the SDK puts there, and before they are signed. */
function changeHeaders(
  client: S3Client,
  name: string,
  change: (headers: Record<string, string>, command: string) => void,
): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        // The SDK's type leaves open what a request is; over HTTP it always has headers.
        change((args.request as { headers: Record<string, string> }).headers, String(commandName));
        return await next(args);
      },
    { step: 'build', priority: 'low', name },
  );
}

function credentials(
  settings: S3Settings,
  secretKey: string | undefined,
  sessionToken: string | undefined,
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
      return {
        credentials: {
          accessKeyId: settings.credentials.accessKeyId,
          secretAccessKey: secretKey,
          ...(sessionToken === undefined ? {} : { sessionToken }),
        },
      };
  }
}
