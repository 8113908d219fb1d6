/** A refusal in S3's words. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  /** Elements that some codes carry beside the message, such as `Region`. */
  readonly extra: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    more: { extra?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = STATUS[code] ?? 400;
    this.extra = more.extra ?? {};
    this.headers = more.headers ?? {};
  }
}

/** Codes whose status is not 400. */
const STATUS: Readonly<Record<string, number>> = {
  NotModified: 304,
  AccessDenied: 403,
  InvalidObjectState: 403,
  InvalidAccessKeyId: 403,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  MethodNotAllowed: 405,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  MissingContentLength: 411,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InternalError: 500,
  NotImplemented: 501,
};
