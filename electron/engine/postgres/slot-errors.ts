/**
 * Translates what goes wrong with slots and with replication, by SQLSTATE. The same code means something else here
 * than for a query: a missing object is a slot, a missing right is an attribute of the role.
 */
import { DatabaseError } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import type { ErrorCode } from '../../contract/error-table.ts';

const BY_SQLSTATE: Readonly<Record<string, ErrorCode>> = {
  '42704': 'SLOT_NOT_FOUND',
  '42501': 'SLOT_NO_RIGHTS',
  '53300': 'SLOT_NO_SENDER_FREE',
  '53400': 'SLOT_NONE_FREE',
  '55006': 'SLOT_IN_USE',
  '55P03': 'SLOT_WAITS_FOR_TRANSACTION',
  '55000': 'SLOT_REFUSED',
  '58P01': 'SLOT_NO_PLUGIN',
};

/**
 * `42704` while changes are read: the slot is there, so it is a publication that is not, or was not yet. `0A000`: a table
 * has another list of columns in another publication, which pgoutput notices at the first change of the table. `XX000`: the
 * decoding itself has failed, on what it thinks cannot be.
 */
const WHILE_READING: Readonly<Record<string, ErrorCode>> = {
  ...BY_SQLSTATE,
  '42704': 'SLOT_NO_PUBLICATION',
  '0A000': 'SLOT_PUBLICATIONS_DIFFER',
  XX000: 'SLOT_CANNOT_DECODE',
};

/** What keeps a session out of the database, with or without replication: it is no matter of slots. */
const OF_THE_DATABASE: readonly ErrorCode[] = ['SOURCE_NO_CONNECT_RIGHT', 'SOURCE_DATABASE_CLOSED'];

/** Routines of the server that know the limits of a role and of a database; senders are counted elsewhere. */
const LIMITS_OF_ROLE_AND_DATABASE: readonly unknown[] = ['InitializeSessionUserId', 'CheckMyDatabase'];

/** What an error of a statement about slots means; one that is not about slots stays as it is. */
export function toSlotError(error: unknown, reading = false): unknown {
  if (!(error instanceof AppError) || OF_THE_DATABASE.includes(error.code)) return error;
  const { sqlstate } = error.details;
  const { cause } = error;
  if (
    sqlstate === '53300' &&
    cause instanceof DatabaseError &&
    LIMITS_OF_ROLE_AND_DATABASE.includes(cause.routine)
  )
    return error;
  const code = typeof sqlstate === 'string' ? (reading ? WHILE_READING : BY_SQLSTATE)[sqlstate] : undefined;
  if (code === undefined) return error;
  return new AppError(code, error.message, { cause: error, details: error.details });
}
