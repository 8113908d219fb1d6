/**
 * Translates what the SDK throws into the error table, by the name that S3 gave the error, by the status where there is
 * no name (answers to HEAD have no body), and by the codes of the operating system.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import type { ErrorCode } from '../../contract/error-table.ts';

const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'DEST_ACCESS_DENIED',
  AllAccessDisabled: 'DEST_ACCESS_DENIED',
  Forbidden: 'DEST_ACCESS_DENIED',
  InvalidAccessKeyId: 'DEST_BAD_CREDENTIALS',
  SignatureDoesNotMatch: 'DEST_BAD_CREDENTIALS',
  InvalidToken: 'DEST_BAD_CREDENTIALS',
  ExpiredToken: 'DEST_CREDENTIALS_EXPIRED',
  ExpiredTokenException: 'DEST_CREDENTIALS_EXPIRED',
  TokenRefreshRequired: 'DEST_CREDENTIALS_EXPIRED',
  CredentialsProviderError: 'DEST_NO_CREDENTIALS',
  RequestTimeTooSkewed: 'DEST_CLOCK_SKEW',
  NoSuchBucket: 'DEST_NO_BUCKET',
  InvalidBucketName: 'DEST_NO_BUCKET',
  PermanentRedirect: 'DEST_WRONG_REGION',
  AuthorizationHeaderMalformed: 'DEST_WRONG_REGION',
  IllegalLocationConstraintException: 'DEST_WRONG_REGION',
  SlowDown: 'DEST_THROTTLED',
  ServiceUnavailable: 'DEST_THROTTLED',
  Throttling: 'DEST_THROTTLED',
  ThrottlingException: 'DEST_THROTTLED',
  TooManyRequestsException: 'DEST_THROTTLED',
  RequestLimitExceeded: 'DEST_THROTTLED',
  InternalError: 'DEST_UNAVAILABLE',
  NoSuchUpload: 'DEST_UPLOAD_GONE',
  PreconditionFailed: 'DEST_OBJECT_EXISTS',
  ConditionalRequestConflict: 'DEST_OBJECT_EXISTS',
  KeyTooLongError: 'DEST_NAME_TOO_LONG',
  KeyTooLong: 'DEST_NAME_TOO_LONG',
  AccessControlListNotSupported: 'DEST_ACL_REFUSED',
  InvalidObjectState: 'DEST_ARCHIVED',
  'KMS.DisabledException': 'DEST_KMS_KEY',
  'KMS.NotFoundException': 'DEST_KMS_KEY',
  'KMS.InvalidStateException': 'DEST_KMS_KEY',
  'KMS.KMSInvalidStateException': 'DEST_KMS_KEY',
  'KMS.InvalidKeyUsageException': 'DEST_KMS_KEY',
  BadDigest: 'DEST_CHECKSUM_MISMATCH',
  XAmzContentChecksumMismatch: 'DEST_CHECKSUM_MISMATCH',
  XAmzContentSHA256Mismatch: 'DEST_CHECKSUM_MISMATCH',
  InvalidPart: 'DEST_CHECKSUM_MISMATCH',
  IncompleteBody: 'DEST_CHECKSUM_MISMATCH',
  RequestTimeout: 'DEST_TIMEOUT',
  TimeoutError: 'DEST_TIMEOUT',
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  301: 'DEST_WRONG_REGION',
  307: 'DEST_WRONG_REGION',
  401: 'DEST_ACCESS_DENIED',
  403: 'DEST_ACCESS_DENIED',
  408: 'DEST_TIMEOUT',
  412: 'DEST_OBJECT_EXISTS',
  429: 'DEST_THROTTLED',
  500: 'DEST_UNAVAILABLE',
  502: 'DEST_UNAVAILABLE',
  503: 'DEST_THROTTLED',
  504: 'DEST_UNAVAILABLE',
};

const BY_SYSTEM_CODE: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'DEST_UNREACHABLE',
  EAI_AGAIN: 'DEST_UNREACHABLE',
  ECONNREFUSED: 'DEST_UNREACHABLE',
  EHOSTUNREACH: 'DEST_UNREACHABLE',
  ENETUNREACH: 'DEST_UNREACHABLE',
  ECONNRESET: 'DEST_UNREACHABLE',
  EPIPE: 'DEST_UNREACHABLE',
  ETIMEDOUT: 'DEST_TIMEOUT',
  ECONNABORTED: 'DEST_TIMEOUT',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'DEST_TLS_FAILED',
  SELF_SIGNED_CERT_IN_CHAIN: 'DEST_TLS_FAILED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'DEST_TLS_FAILED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'DEST_TLS_FAILED',
  CERT_HAS_EXPIRED: 'DEST_TLS_FAILED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'DEST_TLS_FAILED',
  ERR_SSL_WRONG_VERSION_NUMBER: 'DEST_TLS_FAILED',
  EPROTO: 'DEST_TLS_FAILED',
};

/** Sentences for errors whose own text is for programmers, or that have none. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  DEST_ACCESS_DENIED: 'Access was denied.',
  DEST_NO_CREDENTIALS: 'No AWS credentials were found.',
  DEST_CREDENTIALS_EXPIRED: 'The AWS session has expired.',
  DEST_NO_BUCKET: 'The bucket does not exist.',
  DEST_WRONG_REGION: 'The bucket is in another region.',
  DEST_THROTTLED: 'S3 asked to slow down, again and again.',
  DEST_UNAVAILABLE: 'S3 answered with a failure of its own, again and again.',
  DEST_TIMEOUT: 'S3 did not answer in time, again and again.',
  DEST_UPLOAD_GONE: 'The unfinished upload is no longer there.',
  DEST_OBJECT_EXISTS: 'There is an object with this key already.',
  DEST_NAME_TOO_LONG: 'The key is longer than the endpoint takes.',
  DEST_UNREACHABLE: 'The endpoint cannot be reached, or cuts the connection.',
  DEST_TLS_FAILED: 'The endpoint does not speak https, or its certificate is not trusted.',
  DEST_CLOCK_SKEW: "This computer's clock and that of S3 are too far apart.",
};

/**
 * An {@link AppError} for anything that a request threw; an AppError stays what it is.
 * @param doing what was being done, for the message: `storing part 3 of orders.csv`
 */
export function toDestinationError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const region = bucketRegion(error);
  if (code === 'DEST_WRONG_REGION' && region !== undefined) {
    return new AppError(code, `${capital(doing)}: The bucket is in the region "${region}".`, {
      cause: error,
      details: { ...detailsOf(error), region },
    });
  }
  const sentence = SENTENCES[code] ?? ownWords(error);
  return new AppError(code, `${capital(doing)}: ${sentence}`, { cause: error, details: detailsOf(error) });
}

/** What S3 said; an answer to HEAD says nothing, which the SDK calls UnknownError. */
function ownWords(error: unknown): string {
  const own = error instanceof Error ? error.message : String(error);
  if (own !== '' && own !== 'UnknownError') return own;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return `S3 refused the request${status === undefined ? '' : ` with status ${status}`}, and did not say why.`;
}

/** For `.catch`: the signal's reason where it has fired, the translated error where not. */
export function translated(signal: AbortSignal, doing: string): (error: unknown) => never {
  return (error) => {
    signal.throwIfAborted();
    throw toDestinationError(error, doing);
  };
}

/**
 * True where the endpoint did not take the request as it was written: then it may take one that asks for less. An answer
 * to HEAD has no name that would say more. https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
 */
export function isRefusedArgument(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  if (![400, 501].includes(error.$metadata.httpStatusCode ?? 0)) return false;
  return BY_NAME[error.name] === undefined && bucketRegion(error) === undefined;
}

/** True where the answer says that there is no such object (and the bucket is there). */
export function isNotFound(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    error.name !== 'NoSuchBucket' &&
    error.$metadata.httpStatusCode === 404
  );
}

/** True where the request was refused because of what is, or is not, there already. */
export function isConflict(error: unknown): boolean {
  return error instanceof S3ServiceException && [409, 412].includes(error.$metadata.httpStatusCode ?? 0);
}

/** True where the condition of a write did not hold, as the endpoint compares: not where others write at the same moment. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;
}

/** True where the answer does not tell whether the object is there: without s3:ListBucket a missing one is a 403. */
export function isForbidden(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403;
}

/** True where the endpoint wants to know the length of a body that is sent in chunks. */
export function isLengthRequired(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 411;
}

/** True where S3 has said no, and not merely said nothing: then the request has changed nothing. */
export function wasAnswered(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return (error.$metadata.httpStatusCode ?? 0) < 500 && error.$metadata.attempts === 1;
}

/** True where an S3-compatible endpoint does not know the call: some take a list of parts for a read of the object. */
export function isNotOffered(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return [405, 501].includes(error.$metadata.httpStatusCode ?? 0) || error.name === 'NoSuchKey';
}

function codeOf(error: unknown): ErrorCode {
  if (!(error instanceof Error)) return 'DEST_REJECTED';
  const system = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // First the system's code: the SDK also calls a connection that was cut a TimeoutError.
  // A key that may not be used is an AccessDenied like any other, and only its message names the action of KMS.
  if (error.name === 'AccessDenied' && error.message.includes('kms:')) return 'DEST_KMS_KEY';
  const known = BY_SYSTEM_CODE[system] ?? BY_NAME[error.name];
  // There is no code for it: InvalidRequest, InvalidArgument and NotImplemented stand for much else.
  if (isRefusedArgument(error) && /checksum/i.test(error.message)) return 'DEST_CHECKSUM_REFUSED';
  if (known !== undefined) return known;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    // An answer to HEAD has no name for the error; this header comes when the request was signed for another region.
    if (status === 400 && bucketRegion(error) !== undefined) return 'DEST_WRONG_REGION';
    return BY_STATUS[status] ?? 'DEST_REJECTED';
  }
  return 'DEST_UNREACHABLE';
}

/** The region that S3 says a bucket is in, where it says so. */
function bucketRegion(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  return error.$response?.headers['x-amz-bucket-region'];
}

function detailsOf(error: unknown): Record<string, string | number> {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { systemCode: error.code };
  if (!(error instanceof S3ServiceException)) return {};
  const { httpStatusCode, attempts } = error.$metadata;
  return {
    s3Code: error.name,
    ...(httpStatusCode === undefined ? {} : { status: httpStatusCode }),
    ...(attempts === undefined ? {} : { attempts }),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
