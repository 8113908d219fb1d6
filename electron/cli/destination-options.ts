/** `--s3`, `--destination` or `--dir`: where the objects go. */
import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { AppError } from '../contract/app-error.ts';
import type { s3SettingsSchema } from '../contract/destination-profile.ts';
import type { ExtractSpecInput } from '../contract/extract-spec.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { CliWorld, Environment } from './cli-world.ts';
import { readConf, type ConfOptions } from './conf-file.ts';
import { OBJECT_OPTION_NAMES, objectSettings, type ObjectOptions } from './object-options.ts';

/** Options that say where S3 is, and how it keeps what it gets. */
export interface S3Options extends ObjectOptions {
  readonly s3Endpoint?: string;
  readonly s3Region?: string;
}

export interface DestinationOptions extends S3Options {
  readonly s3?: string;
  readonly destination?: string;
  readonly dir?: string;
}

const DEFAULT_REGION = 'us-east-1';

/** Adds the options to a command. */
export function addDestinationOptions(command: Command): Command {
  return command
    .optionsGroup('Where the objects go (one of --s3, --destination, --dir):')
    .option('--s3 <url>', 's3://bucket/prefix, with the credentials of the AWS default chain')
    .option('--s3-endpoint <url>', 'an S3-compatible server (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)')
    .option(
      '--s3-region <region>',
      'region of the bucket (default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1)',
    )
    .option('--destination <name>', 'a saved destination')
    .option('--dir <path>', 'a folder on this computer');
}

/**
 * The destination of a job. Its fields are checked with the job.
 * @throws AppError `CONFIG_USAGE`
 */
export function resolveDestination(
  options: DestinationOptions,
  env: Environment,
  cwd: string,
): ExtractSpecInput['destination'] {
  const { s3, destination, dir } = options;
  if ([s3, destination, dir].filter((value) => value !== undefined).length !== 1) {
    throw new AppError(
      'CONFIG_USAGE',
      'Name one destination: --s3 s3://bucket/prefix, --destination NAME, or --dir PATH',
    );
  }
  if (s3 === undefined && (options.s3Endpoint !== undefined || options.s3Region !== undefined)) {
    throw new AppError('CONFIG_USAGE', '--s3-endpoint and --s3-region go with --s3');
  }
  if (s3 === undefined && Object.keys(objectSettings(options)).length > 0) {
    throw new AppError('CONFIG_USAGE', `${OBJECT_OPTION_NAMES} go with --s3`);
  }
  if (destination !== undefined) return { profile: destination };
  // A variable of a script that is not set would otherwise fill the folder that it stands in.
  if (dir === '') throw new AppError('CONFIG_USAGE', '--dir: it is empty; "." is the current folder');
  if (dir !== undefined) return { folder: path.resolve(cwd, dir) };
  const { bucket, prefix } = parseS3Url(s3 ?? '');
  return { s3: s3Place(bucket, prefix, options, env) };
}

/** Options of a command that takes a `--conf` as well. */
export type PlaceOptions = DestinationOptions & ConfOptions;

/** True where the options say where the objects go. The file itself is looked at later. */
export function namesDestination({ s3, destination, dir, conf }: PlaceOptions): boolean {
  return [s3, destination, dir, conf].some((value) => value !== undefined);
}

/**
 * The destination of a job, where a `--conf` can name it. With `--s3` its keys are used, and the place is that of `--s3`.
 * @throws AppError `CONFIG_USAGE`, `CONFIG_IMPORT_FAILED`
 */
export async function placeOf(
  options: PlaceOptions,
  engine: Pick<Engine, 'lendKeys'>,
  world: CliWorld,
): Promise<ExtractSpecInput['destination']> {
  const conf = await readConf(options, world);
  if (conf?.destination === undefined || options.destination !== undefined || options.dir !== undefined)
    return resolveDestination(options, world.env, world.cwd);
  const { settings, secretKey } = conf.destination;
  const { bucket, prefix } = options.s3 === undefined ? settings : parseS3Url(options.s3);
  const place = s3Place(bucket, prefix, options, world.env);
  const named = firstSet(options.s3Region, world.env['AWS_REGION'], world.env['AWS_DEFAULT_REGION']);
  engine.lendKeys(settings, secretKey ?? '');
  return {
    s3: {
      ...place,
      region: named ?? settings.region,
      ...(place.endpoint === undefined && settings.endpoint !== undefined
        ? { endpoint: settings.endpoint, pathStyle: settings.pathStyle }
        : {}),
      credentials: settings.credentials,
    },
  };
}

/** A place in a bucket, with the credentials of the AWS default chain. */
export function s3Place(
  bucket: string,
  prefix: string,
  options: S3Options,
  env: Environment,
): z.input<typeof s3SettingsSchema> {
  const endpoint = firstSet(options.s3Endpoint, env['AWS_ENDPOINT_URL_S3'], env['AWS_ENDPOINT_URL']);
  return {
    bucket,
    prefix,
    region: firstSet(options.s3Region, env['AWS_REGION'], env['AWS_DEFAULT_REGION']) ?? DEFAULT_REGION,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Servers at an address of their own seldom have a name for every bucket.
    pathStyle: endpoint !== undefined,
    credentials: { kind: 'default' },
    ...objectSettings(options),
  };
}

/** `s3://bucket/prefix`, taken as it is written. @throws AppError `CONFIG_USAGE` */
export function parseS3Url(url: string): { bucket: string; prefix: string } {
  const found = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url);
  if (found?.[1] === undefined) {
    throw new AppError('CONFIG_USAGE', `--s3: "${url}" is not s3://bucket/prefix`);
  }
  return { bucket: found[1], prefix: found[2] ?? '' };
}

function firstSet(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}
