import type { z } from 'zod';
import { AppError } from './app-error.ts';

/**
 * Parses what came from outside. The message names the field, because "invalid input" helps nobody.
 * @throws AppError `CONFIG_INVALID_INPUT`, with the path of the first bad field in `details.field`.
 */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = firstIssue(result.error.issues);
  const field = found.path.join('.');
  const message = field === '' ? found.message : `${field}: ${found.message}`;
  throw new AppError('CONFIG_INVALID_INPUT', message, { details: { field } });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The issue that tells most. A union reports only that no branch fits: the branch that the caller meant is one that knows
 * all the fields that were given, and among those the one that got furthest; its issue is given instead.
 */
function firstIssue(issues: readonly z.core.$ZodIssue[]): Issue {
  const issue = issues[0];
  if (issue === undefined) return { path: [], message: 'is not valid' };
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const failed = issue.errors.filter((branch) => branch.length > 0);
  const knowing = failed.filter((branch) => branch.every(({ code }) => code !== 'unrecognized_keys'));
  const branches = (knowing.length > 0 ? knowing : failed).map((branch) => firstIssue(branch));
  const deepest = branches.reduce((best, next) => (next.path.length > best.path.length ? next : best));
  return { path: [...issue.path, ...deepest.path], message: deepest.message };
}
