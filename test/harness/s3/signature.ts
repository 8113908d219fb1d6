/**
 * AWS Signature Version 4 in the Authorization header, as the server checks it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { header, type S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What a valid signature says about its sender. */
export interface Signed {
  /** Region that the client has signed for. */
  readonly region: string;
}

const SKEW_LIMIT_MS = 15 * 60 * 1_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** @throws S3Error `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch` */
export function checkSignature(request: S3Request, credentials: Credentials, now: Date): Signed {
  const authorization = header(request.headers, 'authorization');
  if (authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const match = AUTHORIZATION.exec(authorization);
  if (match === null)
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  const [, accessKeyId = '', date = '', region = '', signedHeaders = '', signature = ''] = match;
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { extra: { AWSAccessKeyId: accessKeyId } },
    );
  }
  const timestamp = header(request.headers, 'x-amz-date') ?? '';
  checkTime(timestamp, now);
  const scope = `${date}/${region}/s3/aws4_request`;
  const canonical = canonicalRequest(request, signedHeaders.split(';'));
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`;
  const expected = createHmac('sha256', signingKey(credentials, date, region))
    .update(toSign)
    .digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { extra: { StringToSign: toSign, CanonicalRequest: canonical } },
    );
  }
  return { region };
}

function checkTime(timestamp: string, now: Date): void {
  const time = Date.parse(
    timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (Number.isNaN(time)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  if (Math.abs(time - now.getTime()) <= SKEW_LIMIT_MS) return;
  throw new S3Error(
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      extra: { RequestTime: timestamp, ServerTime: now.toISOString(), MaxAllowedSkewMilliseconds: '900000' },
    },
  );
}

function canonicalRequest(request: S3Request, signedHeaders: readonly string[]): string {
  return [
    request.method,
    request.rawPath
      .split('/')
      .map((segment) => encode(decodeURIComponent(segment)))
      .join('/'),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    header(request.headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function canonicalValue(headers: IncomingHttpHeaders, name: string): string {
  return (header(headers, name) ?? '').trim().replaceAll(/ +/g, ' ');
}

/** Percent-encoding of everything but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function signingKey(credentials: Credentials, date: string, region: string): Buffer {
  return [date, region, 's3', 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
}
