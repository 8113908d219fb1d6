/** Which capture is to be verified: a place and `--job NAME`, or the address of its checkpoint. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../contract/app-error.ts';
import type { CallInput } from '../contract/calls.ts';
import type { S3Settings } from '../contract/destination-profile.ts';
import type { Environment } from './cli-world.ts';
import { parseS3Url, s3Place } from './destination-options.ts';
import type { ManifestOptions } from './manifest-address.ts';

export interface CaptureAddressOptions extends ManifestOptions {
  readonly job?: string;
}

export type CaptureAddress = Pick<CallInput<'capture.verify'>, 'destination' | 'name'>;

const CHECKPOINT = /^(?<place>.*?)\/?_sluice\/(?<job>[^/]+)\/checkpoint\.json$/s;

/**
 * Undefined for an address that is not of a capture: then it is of a manifest.
 * @param conf settings of a `--conf`, whose keys open a place in a bucket
 * @throws AppError `CONFIG_USAGE`
 */
export function captureAddress(
  address: string | undefined,
  options: CaptureAddressOptions,
  env: Environment,
  cwd: string,
  conf?: S3Settings,
): CaptureAddress | undefined {
  const { destination } = options;
  if (address === undefined) {
    const { job: name } = options;
    if (name !== undefined && destination !== undefined)
      return { destination: { profile: destination }, name };
    if (name !== undefined && conf !== undefined)
      return { destination: { s3: s3Place(conf.bucket, conf.prefix, options, env, conf) }, name };
    throw new AppError('CONFIG_USAGE', 'Name what to verify: a manifest, or a place and --job NAME');
  }
  const found = CHECKPOINT.exec(address)?.groups;
  const job = found?.['job'] ?? options.job;
  if (job === undefined) return undefined;
  if (found !== undefined && options.job !== undefined && options.job !== job)
    throw new AppError(
      'CONFIG_USAGE',
      `The checkpoint is of the job "${job}", and --job says "${options.job}"`,
    );
  const place = found?.['place'] ?? address;
  if (!place.startsWith('s3://')) {
    const folder = place.startsWith('file:') ? fileURLToPath(place) : path.resolve(cwd, place);
    return { destination: { folder }, name: job };
  }
  // A saved destination has its own prefix, which the address repeats.
  if (destination !== undefined) return { destination: { profile: destination }, name: job };
  const { bucket, prefix } = parseS3Url(place);
  const s3 = s3Place(bucket, prefix.replace(/\/+$/, ''), options, env, conf);
  return { destination: { s3 }, name: job };
}
