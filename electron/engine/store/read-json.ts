/** Reading what lies on the disk: never trusted, whoever wrote it. */
import type { z } from 'zod';
import { AppError } from '../../contract/app-error.ts';
import { refuseNewer } from '../../contract/parse-written.ts';

/**
 * Parses a file of ours. Says which file is bad and where, without quoting what is in it.
 * @throws AppError `STORE_VERSION_NEWER` for a file of a later Sluice, `STORE_CORRUPT` for anything else
 */
export function parseStored<T extends z.ZodType>(file: string, value: unknown, schema: T): z.output<T> {
  refuseNewer(schema, value, file);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw corrupt(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** @throws AppError as {@link parseStored} does */
export function parseStoredText<T extends z.ZodType>(file: string, text: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the fault, which could be a secret: it is left out.
    throw corrupt(file, 'it is not JSON');
  }
  return parseStored(file, value, schema);
}

/** The error for a file that is there and cannot be used. */
export function corrupt(file: string, reason: string, cause?: unknown): AppError {
  return new AppError('STORE_CORRUPT', `${file} cannot be read: ${reason.replace(/^: /, '')}`, {
    cause,
    details: { file },
  });
}

/** True where an error of node:fs has this code. */
export function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
