/**
 * Parsing what a Sluice wrote. Each stored form has a `version`, and is read by every later program; what a newer one
 * wrote is refused by name, because reading the half of it that is known could lose the other half.
 */
import type { z } from 'zod';
import { AppError } from './app-error.ts';
import { parseInput } from './parse-input.ts';

/** Makes the error for what is not of this form, of the reason. */
export type Invalid = (reason: unknown) => AppError;

/**
 * Parses the JSON of a stored form. @param name of the file or object, for people
 * @throws AppError `STORE_VERSION_NEWER` that names it, or what `invalid` makes
 */
export function parseWrittenText<T extends z.ZodType>(
  schema: T,
  text: string,
  name: string,
  invalid: Invalid,
): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(error);
  }
  return parseWritten(schema, value, name, invalid);
}

/** The same for what is parsed from JSON already. */
export function parseWritten<T extends z.ZodType>(
  schema: T,
  value: unknown,
  name: string,
  invalid: Invalid,
): z.output<T> {
  refuseNewer(schema, value, name);
  try {
    return parseInput(schema, value);
  } catch (error) {
    throw invalid(error);
  }
}

/**
 * Does nothing where it is of a version that the schema knows, or damaged. Looks at forms inside of it too: a run's file
 * holds a manifest. @throws AppError `STORE_VERSION_NEWER`
 */
export function refuseNewer(schema: z.ZodType, value: unknown, name: string): void {
  const issues = schema.safeParse(value).error?.issues ?? [];
  for (const issue of issues) {
    if (issue.code !== 'invalid_value' || issue.path.at(-1) !== 'version') continue;
    const found = issue.path.reduce(memberOf, value);
    const known = Math.max(...issue.values.map(Number));
    if (!Number.isInteger(found) || Number(found) <= known) continue;
    throw new AppError(
      'STORE_VERSION_NEWER',
      `${name} was written by a newer Sluice: it has version ${String(found)}, and this one reads version ${known}.`,
      { details: { file: name } },
    );
  }
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}
