/**
 * Translates what the driver throws into the error table, by SQLSTATE and by the error codes of the operating system,
 * never by the text of a message: texts are translated and change between versions.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { DatabaseError } from 'pg';
import { AppError, type ErrorDetails } from '../../contract/app-error.ts';
import type { ErrorCode } from '../../contract/error-table.ts';
import { isWithoutValues, namesOf, wordsInPlace } from './server-words.ts';

const BY_SQLSTATE: Readonly<Record<string, ErrorCode>> = {
  '25006': 'SOURCE_NOT_READ_ONLY',
  '28000': 'SOURCE_AUTH_FAILED',
  '28P01': 'SOURCE_AUTH_FAILED',
  '3D000': 'SOURCE_NO_DATABASE',
  '3F000': 'SOURCE_NO_RELATION',
  '42P01': 'SOURCE_NO_RELATION',
  '42703': 'SOURCE_NO_COLUMN',
  '42501': 'SOURCE_PERMISSION_DENIED',
  '53300': 'SOURCE_TOO_MANY_CONNECTIONS',
  '55P03': 'SOURCE_LOCK_TIMEOUT',
  // A deadlock with somebody's DDL: it was we who were picked, and the next attempt finds the locks free.
  '40P01': 'SOURCE_LOCK_TIMEOUT',
  '57014': 'SOURCE_QUERY_CANCELLED',
  '57P01': 'SOURCE_SHUTDOWN',
  '57P02': 'SOURCE_SHUTDOWN',
  '57P03': 'SOURCE_SHUTDOWN',
  '57P04': 'SOURCE_NO_DATABASE',
  '40001': 'SOURCE_RECOVERY_CONFLICT',
};

/** Where one SQLSTATE has several meanings, the server's routine tells them apart. */
const BY_ROUTINE: Readonly<Record<string, ErrorCode>> = {
  '28000 ClientAuthentication': 'SOURCE_NOT_LET_IN',
  '28000 InitializeSessionUserId': 'SOURCE_LOGIN_FORBIDDEN',
  '42501 CheckMyDatabase': 'SOURCE_NO_CONNECT_RIGHT',
  '55000 CheckMyDatabase': 'SOURCE_DATABASE_CLOSED',
  // One whose DROP was cut off.
  '55000 InitPostgres': 'SOURCE_DATABASE_CLOSED',
  '42501 check_enable_rls': 'SOURCE_ROW_SECURITY',
};

const BY_SYSTEM_CODE: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'SOURCE_HOST_NOT_FOUND',
  EAI_AGAIN: 'SOURCE_HOST_NOT_FOUND',
  ECONNREFUSED: 'SOURCE_UNREACHABLE',
  EHOSTUNREACH: 'SOURCE_UNREACHABLE',
  ENETUNREACH: 'SOURCE_UNREACHABLE',
  EADDRNOTAVAIL: 'SOURCE_UNREACHABLE',
  ENOENT: 'SOURCE_UNREACHABLE',
  EACCES: 'SOURCE_UNREACHABLE',
  ETIMEDOUT: 'SOURCE_CONNECT_TIMEOUT',
  ECONNRESET: 'SOURCE_CONNECTION_LOST',
  EPIPE: 'SOURCE_CONNECTION_LOST',
};

/** An {@link AppError} for anything that a query threw; an AppError stays what it is. */
export function toSourceError(error: unknown, fallback: ErrorCode = 'SOURCE_CONNECTION_LOST'): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof DatabaseError) return fromDatabase(error);
  const code = systemCode(error);
  const known = BY_SYSTEM_CODE[code];
  const message = firstMessage(error);
  if (known !== undefined)
    return new AppError(known, message, { cause: error, details: { systemCode: code } });
  return new AppError(fallback, message, { cause: error });
}

/**
 * The same for a session with masks: what the server says is shown only where it cannot hold a value of a row. There is no
 * cause then, because causes travel with an error to the screen and into the history.
 */
export function toMaskedSourceError(error: unknown): AppError {
  if (!(error instanceof DatabaseError) || isWithoutValues(error)) return withoutCause(toSourceError(error));
  const { code, message, details } = withoutCause(toSourceError(error));
  const sqlstate = error.code ?? 'unknown';
  // Both of these have a sentence of ours already.
  if (sqlstate in UNTRANSLATABLE) return new AppError(code, message, { details });
  return new AppError(
    code === 'SOURCE_QUERY_FAILED' ? 'SOURCE_MESSAGE_HIDDEN' : code,
    wordsInPlace(sqlstate),
    { details: { sqlstate, ...namesOf(error) } },
  );
}

function withoutCause(error: AppError): AppError {
  return error.cause === undefined
    ? error
    : new AppError(error.code, error.message, { details: error.details });
}

/** The code of the operating system or of Node's TLS, such as `ECONNREFUSED`; empty where there is none. */
export function systemCode(error: unknown): string {
  // Several addresses were tried (IPv6, then IPv4): the first failure speaks for all.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return '';
}

/** A sentence for what the operating system says while connecting; its own words are for programmers. */
export function connectMessage(error: unknown, host: string, port: number): string {
  const systemError = systemCode(error);
  const sentences: Partial<Record<ErrorCode, string>> = {
    SOURCE_HOST_NOT_FOUND: `The host "${host}" was not found.`,
    SOURCE_UNREACHABLE: `Nothing answers at ${host}, port ${port} (${systemError}).`,
    SOURCE_CONNECT_TIMEOUT: `${host} did not answer in time.`,
    SOURCE_CONNECTION_LOST: `${host} closed the connection while it was being opened.`,
  };
  const code = BY_SYSTEM_CODE[systemError];
  return (code === undefined ? undefined : sentences[code]) ?? firstMessage(error);
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html (untranslatable_character, character_not_in_repertoire) */
const UNTRANSLATABLE: Readonly<Record<string, [code: ErrorCode, message: string]>> = {
  '22P05': ['DATA_UNENCODABLE', 'A value has a character that the encoding of the file does not have.'],
  // Mostly of a database in SQL_ASCII, which takes any bytes and can translate none; a query can decode wrongly, too.
  '22021': ['DATA_UNDECODABLE', 'A value has bytes that are no text in the encoding that it was taken for.'],
};

function fromDatabase(error: DatabaseError): AppError {
  const sqlstate = error.code ?? '';
  const untranslatable = UNTRANSLATABLE[sqlstate];
  if (untranslatable !== undefined) {
    // Without the cause: the server's message shows the character, which is a part of somebody's data.
    return new AppError(...untranslatable, { details: { sqlstate } });
  }
  const code =
    BY_ROUTINE[`${sqlstate} ${error.routine ?? ''}`] ??
    BY_SQLSTATE[sqlstate] ??
    (sqlstate.startsWith('28') ? 'SOURCE_AUTH_FAILED' : 'SOURCE_QUERY_FAILED');
  const details: Record<string, string> = { sqlstate };
  if (error.hint !== undefined) details['serverHint'] = error.hint;
  if (error.position !== undefined) details['position'] = error.position;
  return new AppError(code, sentence(error.message), {
    cause: error,
    details: details satisfies ErrorDetails,
  });
}

function firstMessage(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? sentence(inner.message) : sentence(String(inner));
}

/** Postgres writes messages in lower case without a full stop; screens show them as sentences. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
