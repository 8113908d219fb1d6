/** Where a manifest lies: `s3://bucket/…/manifest.json`, a file URL, or a path. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import type { CallInput } from '../contract/calls.ts';
import type { S3Settings } from '../contract/destination-profile.ts';
import type { Environment } from './cli-world.ts';
import { addConfOption, type ConfOptions } from './conf-file.ts';
import { addServerOptions, parseS3Url, s3Place, type S3Options } from './destination-options.ts';

/** Folders between the root of a destination and a manifest: `_sluice/runs/<run id>/manifest.json`. */
const DEPTH = 3;

/** Options that name a manifest's destination: a saved one has the credentials. */
export interface ManifestOptions extends S3Options, ConfOptions {
  readonly destination?: string;
}

/** Adds them to a command. @param use what else the command takes from a `--conf` */
export function addManifestOptions(command: Command, use: 'both' | 'place'): Command {
  return addServerOptions(
    addConfOption(command, use).option(
      '--destination <name>',
      'a saved destination, for its endpoint and credentials',
    ),
  );
}

/**
 * The input of `manifests.verify` for an address.
 * @param conf settings of a `--conf`, whose keys open a place in a bucket
 * @throws AppError `CONFIG_USAGE`
 */
export function manifestInput(
  address: string,
  options: ManifestOptions,
  env: Environment,
  cwd: string,
  conf?: S3Settings,
): CallInput<'manifests.verify'> {
  if (address.startsWith('s3://')) {
    const { bucket, prefix: manifestKey } = parseS3Url(address);
    if (manifestKey === '') throw new AppError('CONFIG_USAGE', `${address} names a bucket and no manifest`);
    const { destination } = options;
    return {
      destination:
        destination === undefined
          ? { s3: s3Place(bucket, '', options, env, conf) }
          : { profile: destination },
      manifestKey,
    };
  }
  const file = address.startsWith('file:') ? fileURLToPath(address) : path.resolve(cwd, address);
  const folder = path.resolve(path.dirname(file), ...Array.from({ length: DEPTH }, () => '..'));
  return { destination: { folder }, manifestKey: path.relative(folder, file).split(path.sep).join('/') };
}
