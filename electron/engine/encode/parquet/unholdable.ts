import { AppError } from '../../../contract/app-error.ts';

/** A value that Parquet has no place for; the message says which, without the value itself. */
export class UnholdableValue extends RangeError {}

/** Told of a loss that was accepted: what the value was, and what it became. */
export type OnLoss = (reason: string) => void;

/** What a value that Parquet has no place for becomes: nothing. */
export const AS_NULL = 'written as NULL';

/** Bytes that are not what the binary format of COPY says: a defect, and no property of the data. */
export function malformedRows(problem: string): AppError {
  return new AppError('INTERNAL_INVARIANT', `The rows that Postgres sent cannot be read: ${problem}.`);
}
