import type { z } from 'zod';
import { AppError } from '../contract/app-error.ts';
import { parseInput } from '../contract/parse-input.ts';

/** Fields of a job by their path, and words of messages that stand for fields, with the options that fill them. */
export type OptionOfField = Readonly<Record<string, string>>;

/** Where rows come from and where objects go, in every job. */
export const PLACE_OPTIONS: OptionOfField = {
  'source.profile': '--profile',
  'destination.profile': '--destination',
  'destination.folder': '--dir',
  'destination.s3.bucket': '--s3 (bucket)',
  'destination.s3.prefix': '--s3 (prefix)',
  'destination.s3.region': '--s3-region',
  'destination.s3.endpoint': '--s3-endpoint',
  'destination.s3.encryption': '--kms-key',
};

/**
 * Parses a job that was made of options. The schema speaks of the job's fields, the reader of the message of options.
 * @throws AppError `CONFIG_INVALID_INPUT`, naming the option
 */
export function parseOptions<T extends z.ZodType>(
  schema: T,
  input: unknown,
  options: OptionOfField,
): z.output<T> {
  try {
    return parseInput(schema, input);
  } catch (error) {
    throw namingTheOption(error, options);
  }
}

function namingTheOption(error: unknown, options: OptionOfField): unknown {
  if (!(error instanceof AppError)) return error;
  const field = String(error.details['field'] ?? '');
  const known = Object.keys(options).find((name) => field === name || field.startsWith(`${name}.`));
  const option = known === undefined ? undefined : options[known];
  if (option === undefined || !error.message.startsWith(field)) return error;
  const message = Object.entries(options)
    // Words of one hump are words of the sentence as well.
    .filter(([name]) => /^[a-z]+[A-Z]\w*$/.test(name))
    .reduce((text, [name, other]) => text.replace(name, other), error.message.slice(field.length));
  return new AppError(error.code, `${option}${message}`, { cause: error, details: error.details });
}
