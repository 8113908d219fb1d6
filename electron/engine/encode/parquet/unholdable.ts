import { AppError } from '../../../contract/app-error.ts';

/** A value that Parquet has no place for; the message says which, without the value itself. */
export class UnholdableValue extends RangeError {}

/** Bytes that are not what the binary format of COPY says: a defect, and no property of the data. */
export function malformedRows(problem: string): AppError {
  return new AppError('INTERNAL_INVARIANT', `The rows that Postgres sent cannot be read: ${problem}.`);
}
