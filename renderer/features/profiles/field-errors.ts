/** What is wrong with a form, by the path of the field: from the schema before it is sent, from the engine after. */
import type { z } from 'zod';
import type { AppError } from '../../../electron/contract/app-error.ts';
import { asSentence, joinSentences } from '../../format/sentence.ts';

export type FieldErrors = Readonly<Record<string, string>>;

/** The first problem of each field. */
export function fieldErrorsOf(schema: z.ZodType, value: unknown): FieldErrors {
  const result = schema.safeParse(value);
  if (result.success) return {};
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) errors[issue.path.join('.')] ??= asSentence(issue.message);
  return errors;
}

/** The field that an error of the engine is about, if it is one of `fields`; then it is shown there. */
export function fieldErrorOf(error: AppError, fields: readonly string[]): FieldErrors | undefined {
  if (error.code === 'CONFIG_PROFILE_EXISTS') return { name: joinSentences(error.message, error.hint) };
  const field = error.details['field'];
  if (error.code !== 'CONFIG_INVALID_INPUT' || typeof field !== 'string' || !fields.includes(field)) {
    return undefined;
  }
  const prefix = `${field}: `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  return { [field]: asSentence(message) };
}

/** The error of a field as the form has it, where that is a text. */
export function errorText(error: unknown): string | undefined {
  return typeof error === 'string' ? error : undefined;
}
