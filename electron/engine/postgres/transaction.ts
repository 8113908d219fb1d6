/**
 * How a transaction begins. Whatever Sluice sets, it sets for one transaction: behind a pooler a session belongs to
 * others as soon as the transaction is over, and would keep what was set for them.
 */
import type { SessionLimits } from '../ports.ts';

/**
 * `read`: each statement sees what is committed when it begins. `snapshot`: all statements see what the first one saw.
 * `write`: for publications, the one thing besides slots that is changed at a source.
 */
export type TransactionKind = 'read' | 'snapshot' | 'write';

const BEGIN: Readonly<Record<TransactionKind, string>> = {
  read: 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY',
  snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
};

/** Milliseconds that a lock is waited for, where the job does not say. */
export const LOCK_TIMEOUT_MS = 10_000;

/**
 * Settings that decide how rows are written and how long is waited. `lock_timeout` and not `statement_timeout`: a long copy
 * is fine, a long wait behind a migration is not. No synchronized scans: they begin where another scan is, or broke off, so
 * the rows of a table would come in another order each time. DateStyle is fixed because roles can have another, and files
 * must not depend on the role.
 */
const SETTINGS = [
  `lock_timeout = ${LOCK_TIMEOUT_MS}`,
  'synchronize_seqscans = off',
  "DateStyle = 'ISO, MDY'",
  "IntervalStyle = 'postgres'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  "client_encoding = 'UTF8'",
  'standard_conforming_strings = on',
];

/**
 * Settings that stay what the role and the database say. Behind a pooler another client may have left something else in
 * the session, and rows would be written, or found, with that.
 */
const OF_THE_ROLE = [
  'session_authorization',
  'role',
  'search_path',
  'TimeZone',
  'timezone_abbreviations',
  'lc_monetary',
  'xmlbinary',
  'xmloption',
  'quote_all_identifiers',
  'transform_null_equals',
  'array_nulls',
  'row_security',
  'statement_timeout',
];

/**
 * Settings that end sessions that do nothing, or transactions that last: they are lifted as pg_dump does it, because a run
 * that is paused, or a table that is large, is neither. By the major version that has them.
 */
const LIFTED: readonly (readonly [name: string, since: number])[] = [
  ['idle_in_transaction_session_timeout', 0],
  ['idle_session_timeout', 14],
  ['transaction_timeout', 17],
];

/**
 * The statements that prepare a connection for replication, which is the session's own as long as it lives: it cannot be in
 * a transaction, because slots export no snapshot in one.
 * @param major see {@link beginSql}
 */
export function replicationSql(
  major: number,
  limits: SessionLimits | undefined,
  more: readonly string[],
): string {
  const settings = ['default_transaction_read_only = on', ...settingsFor(major, limits, more)];
  return settings.map((setting) => `SET ${setting}`).join('; ');
}

/**
 * The statements that begin a transaction, none of which takes a snapshot: what is to be locked can be locked before.
 * @param major version of the server; 0 where it is not known
 * @param more settings besides, such as `TimeZone = 'UTC'`
 */
export function beginSql(
  kind: TransactionKind,
  major: number,
  limits: SessionLimits | undefined,
  more: readonly string[],
): string {
  const settings = [...OF_THE_ROLE.map((name) => `${name} TO DEFAULT`), ...settingsFor(major, limits, more)];
  return [BEGIN[kind], ...settings.map((setting) => `SET LOCAL ${setting}`)].join('; ');
}

function settingsFor(major: number, limits: SessionLimits | undefined, more: readonly string[]): string[] {
  return [
    ...SETTINGS,
    ...LIFTED.filter(([, since]) => major >= since).map(([name]) => `${name} = 0`),
    ...(limits === undefined ? [] : limitSettings(limits)),
    ...more,
  ];
}

function limitSettings({ statementTimeoutMs, lockTimeoutMs, serial }: SessionLimits): string[] {
  return [
    ...(statementTimeoutMs === undefined ? [] : [`statement_timeout = ${statementTimeoutMs}`]),
    ...(lockTimeoutMs === undefined ? [] : [`lock_timeout = ${lockTimeoutMs}`]),
    ...(serial ? ['max_parallel_workers_per_gather = 0'] : []),
  ];
}
