/** `--s3`, `--destination` or `--dir`: where the objects go. */
import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { AppError } from '../contract/app-error.ts';
import type { S3Settings, s3SettingsSchema } from '../contract/destination-profile.ts';
import type { DestinationRef, ExtractSpecInput } from '../contract/extract-spec.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { CliWorld, Environment } from './cli-world.ts';
import { lendConf, type Conf, type ConfOptions } from './conf-file.ts';
import { firstSet, namedRegion } from './first-set.ts';
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
  const grouped = command
    .optionsGroup('Where the objects go (one of --s3, --destination, --dir):')
    .option('--s3 <url>', 's3://bucket/prefix, with the keys of --conf or those of the AWS default chain');
  return addServerOptions(grouped)
    .option('--destination <name>', 'a saved destination')
    .option('--dir <path>', 'a folder on this computer');
}

/** Adds the options that say where a bucket is, also for a command that reads from one. */
export function addServerOptions(command: Command): Command {
  return command
    .option(
      '--s3-endpoint <url>',
      'an S3-compatible server (default: --conf, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)',
    )
    .option(
      '--s3-region <region>',
      'region of the bucket (default: --conf, AWS_REGION, AWS_DEFAULT_REGION, us-east-1)',
    );
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

/** A destination for a job, and what is to be said about it. */
export interface ResolvedPlace {
  readonly destination: ExtractSpecInput['destination'];
  readonly warnings: readonly string[];
}

/** A saved job, which keeps its destination where no option names another one. */
export interface SavedPlace {
  readonly name: string;
  readonly destination: DestinationRef;
}

/** True where an option says where the objects go; a file says it where nothing else does. */
export function namesDestination({ s3, destination, dir }: DestinationOptions): boolean {
  return [s3, destination, dir].some((value) => value !== undefined);
}

/**
 * The destination of a job: that of the options, or where the saved job has it, or the bucket of a `--conf`. The keys of
 * the file are used wherever that is a place in a bucket.
 * @throws AppError `CONFIG_USAGE`, `CONFIG_IMPORT_FAILED`
 */
export async function placeOf(
  options: PlaceOptions,
  engine: Pick<Engine, 'lend' | 'lendKeys'>,
  world: CliWorld,
  saved?: SavedPlace,
): Promise<ResolvedPlace> {
  const conf = await lendConf(options, engine, world);
  if (saved !== undefined && !namesDestination(options)) return keptPlace(saved, options, conf);
  if (conf?.place === undefined || options.destination !== undefined || options.dir !== undefined)
    return { destination: resolveDestination(options, world.env, world.cwd), warnings: [] };
  const { settings, warnings } = conf.place;
  const { bucket, prefix } = options.s3 === undefined ? settings : parseS3Url(options.s3);
  return { destination: { s3: s3Place(bucket, prefix, options, world.env, settings) }, warnings };
}

/** The files of a saved job are where it has begun: the bucket of a file alone does not move it. */
function keptPlace(
  { name, destination }: SavedPlace,
  options: PlaceOptions,
  conf: Conf | undefined,
): ResolvedPlace {
  if (conf?.place === undefined) return { destination, warnings: [] };
  const { settings } = conf.place;
  const warnings =
    's3' in destination && destination.s3.bucket === settings.bucket
      ? []
      : [
          `The job "${name}" keeps its place, which is not the bucket of ${conf.file}: --s3 names another one`,
        ];
  if (!('s3' in destination)) return { destination, warnings };
  const endpoint = firstSet(options.s3Endpoint, settings.endpoint);
  const s3 = {
    ...destination.s3,
    ...(options.s3Region === undefined ? {} : { region: options.s3Region }),
    ...(endpoint === undefined ? {} : { endpoint, pathStyle: true }),
    ...objectSettings(options),
    credentials: settings.credentials,
  };
  return { destination: { s3 }, warnings };
}

/**
 * A place in a bucket. Region and endpoint are what options say, then a file, then the environment.
 * @param conf settings of the file that has the keys; left out, they come from the AWS default chain
 */
export function s3Place(
  bucket: string,
  prefix: string,
  options: S3Options,
  env: Environment,
  conf?: S3Settings,
): z.input<typeof s3SettingsSchema> {
  const endpoint = firstSet(
    options.s3Endpoint,
    conf?.endpoint,
    env['AWS_ENDPOINT_URL_S3'],
    env['AWS_ENDPOINT_URL'],
  );
  return {
    bucket,
    prefix,
    region: firstSet(options.s3Region, conf?.region, namedRegion(options, env)) ?? DEFAULT_REGION,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Servers at an address of their own seldom have a name for every bucket.
    pathStyle: endpoint !== undefined,
    credentials: conf?.credentials ?? { kind: 'default' },
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
