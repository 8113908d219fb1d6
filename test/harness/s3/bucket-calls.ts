/** Calls on a bucket as such. */
import { makeBucket } from './bucket.ts';
import { S3Error } from './s3-error.ts';
import { textBody } from './exchange-body.ts';
import { bucketOf, type Exchange, type Reply } from './service.ts';
import { xmlDocument, xmlText } from './xml.ts';

export async function createBucket(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const xml = await textBody(exchange);
  if (service.buckets.has(request.bucket)) {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded.',
    );
  }
  const region = xmlText(xml, 'LocationConstraint') ?? service.region;
  service.buckets.set(request.bucket, makeBucket(request.bucket, region));
  return { status: 200, headers: { location: `/${request.bucket}` } };
}

export async function deleteBucket(exchange: Exchange): Promise<Reply> {
  const bucket = bucketOf(exchange);
  if (bucket.objects.size > 0) {
    throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty');
  }
  exchange.service.buckets.delete(bucket.name);
  return { status: 204 };
}

export async function headBucket(exchange: Exchange): Promise<Reply> {
  return { status: 200, headers: { 'x-amz-bucket-region': bucketOf(exchange).region } };
}

export async function getBucketLocation(exchange: Exchange): Promise<Reply> {
  const { region } = bucketOf(exchange);
  // The oldest region has no name here. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
  const text = region === 'us-east-1' ? '' : region;
  return { status: 200, xml: xmlDocument('LocationConstraint', {}).replace('></', `>${text}</`) };
}

/**
 * A bucket answers only in its own region, and says which that is.
 * @throws S3Error `AuthorizationHeaderMalformed`
 */
export function checkRegion(exchange: Exchange, signedFor: string): void {
  const bucket = exchange.service.buckets.get(exchange.request.bucket);
  if (bucket === undefined || bucket.region === signedFor) return;
  throw new S3Error(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${bucket.region}'`,
    { extra: { Region: bucket.region }, headers: { 'x-amz-bucket-region': bucket.region } },
  );
}
