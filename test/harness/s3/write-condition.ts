import { header } from './request.ts';
import { S3Error } from './s3-error.ts';
import { bucketOf, type Exchange, type Features } from './service.ts';

/**
 * Holds `If-None-Match: *` and `If-Match` against what is there.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWriteCondition(exchange: Exchange): void {
  const { service, request } = exchange;
  if (!service.features.conditionalWrites) return;
  const existing = bucketOf(exchange).objects.get(request.key);
  const noneMatch = header(request.headers, 'if-none-match');
  const match = header(request.headers, 'if-match');
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new S3Error('NotImplemented', 'If-None-Match takes only * when writing.');
  }
  if (match !== undefined && existing === undefined) {
    throw new S3Error('NoSuchKey', 'The specified key does not exist.', { extra: { Key: request.key } });
  }
  const failed =
    noneMatch !== undefined && existing !== undefined
      ? 'If-None-Match'
      : match !== undefined && !isTagOf(existing?.etag, match, service.features.tags)
        ? 'If-Match'
        : undefined;
  if (failed === undefined) return;
  throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    extra: { Condition: failed },
  });
}

function isTagOf(etag: string | undefined, match: string, tags: Features['tags']): boolean {
  switch (tags) {
    case 'alike':
      return match.replaceAll('"', '') === etag;
    case 'bare':
      return match === etag;
    case 'refused':
      return false;
  }
}
