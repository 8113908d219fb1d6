import type { QueryArrayResult, QueryResult } from 'pg';
import { protocolError } from './message-guard.ts';

/** Commands that say how many rows they have sent. */
const COUNTED = new Set(['SELECT', 'FETCH']);

/**
 * Makes sure that a result is that of one statement, with as many rows as the server says that it sent.
 * @throws AppError `SOURCE_PROTOCOL`
 */
export function wholeResult<Result extends QueryResult | QueryArrayResult>(result: Result): Result {
  if (Array.isArray(result)) throw protocolError('C', 'came more than once for one statement');
  if (COUNTED.has(result.command) && result.rowCount !== result.rows.length)
    throw protocolError('C', `counts ${result.rowCount} rows, and ${result.rows.length} came`);
  return result;
}
