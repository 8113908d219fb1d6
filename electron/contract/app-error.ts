import { z } from 'zod';
import { ERRORS, ERROR_CODES, type ErrorCode } from './error-table.ts';

/** Facts that help to understand an error: names, counts, SQLSTATE. Never rows, parameters or secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** An expected failure: it has a code of the table, a sentence for people, and the error that caused it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }

  /** What a person can do about it, from the table. */
  get hint(): string {
    return ERRORS[this.code].hint;
  }
}

/** An {@link AppError} as JSON: the form in which it crosses a transport and lies in the history. */
export const wireErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  causes: z.array(z.string()),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/**
 * Makes an error JSON-safe. Causes are reduced to their messages, because stacks and driver objects can carry
 * parameters and addresses. What is not an AppError is a bug, and is reported as one.
 */
export function toWireError(error: unknown): WireError {
  const known = error instanceof AppError ? error : unexpected(error);
  return {
    code: known.code,
    message: known.message,
    hint: known.hint,
    details: { ...known.details },
    causes: causeMessages(known),
  };
}

/** The inverse of {@link toWireError}: the receiving side of a transport throws what the engine threw. */
export function fromWireError(wire: WireError): AppError {
  const cause = wire.causes.reduceRight<Error | undefined>(
    (inner, message) => new Error(message, inner === undefined ? undefined : { cause: inner }),
    undefined,
  );
  return new AppError(wire.code, wire.message, { details: wire.details, cause });
}

/** Wraps a bug so that it can travel: the message says that it is one. */
export function unexpected(error: unknown): AppError {
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('INTERNAL_INVARIANT', `Unexpected: ${message}`, { cause: error });
}

function causeMessages(error: Error): string[] {
  const messages: string[] = [];
  let cause: unknown = error.cause;
  while (cause instanceof Error && messages.length < 8) {
    messages.push(cause.message);
    cause = cause.cause;
  }
  return messages;
}
