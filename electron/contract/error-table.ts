/**
 * The one table of everything that can go wrong and that somebody can act on.
 *
 * The family of a code (its first word) decides the exit code of the command line; `retry` says whether trying
 * again without changing anything can help; `hint` is shown to the person who reads the error, so it names the
 * setting, the command or the grant that mends it. A bug is not in this table except as `INTERNAL_INVARIANT`.
 */
export type Retry = 'never' | 'timed' | 'manual';

/** What the table says about one code. */
export interface ErrorSpec {
  readonly retry: Retry;
  readonly hint: string;
}

export const ERRORS = {
  CONFIG_INVALID_INPUT: { retry: 'never', hint: 'Correct the field that the message names.' },
  CONFIG_USAGE: {
    retry: 'never',
    hint: 'Run `sluice --help`, or `sluice <command> --help`, for the options.',
  },
  CONFIG_PROFILE_NOT_FOUND: { retry: 'never', hint: 'List the saved profiles with `sluice profiles list`.' },
  CONFIG_PROFILE_EXISTS: {
    retry: 'never',
    hint: 'Choose another name: two profiles of one kind cannot share one.',
  },
  CONFIG_JOB_EXISTS: { retry: 'never', hint: 'Choose another name, or change the job that has it.' },
  CONFIG_JOB_NOT_FOUND: { retry: 'never', hint: 'It may have been removed: look at the list of jobs.' },
  CONFIG_SECRET_MISSING: {
    retry: 'manual',
    hint: 'Enter the password in the profile, or set PGPASSWORD or a line in ~/.pgpass.',
  },
  CONFIG_IMPORT_FAILED: {
    retry: 'never',
    hint: 'Check that the text has the form that the message describes.',
  },
  CONFIG_NOT_SUPPORTED: { retry: 'never', hint: 'Choose one of the options that the message lists.' },

  SOURCE_HOST_NOT_FOUND: {
    retry: 'manual',
    hint: 'Check the host name for typing errors, and that the VPN is up.',
  },
  SOURCE_UNREACHABLE: {
    retry: 'timed',
    hint: 'Check host and port, that Postgres is running there, and that no firewall is in the way.',
  },
  SOURCE_CONNECT_TIMEOUT: {
    retry: 'timed',
    hint: 'The host does not answer: check the VPN, the firewall and the port.',
  },
  SOURCE_AUTH_FAILED: {
    retry: 'manual',
    hint: 'Check the user name and the password, and that the password has not expired (VALID UNTIL). Where pg_hba.conf says peer, ident, cert or ldap, it is the name there that counts, and no password of Postgres.',
  },
  SOURCE_DATABASE_CLOSED: {
    retry: 'manual',
    hint: 'The database takes no connections (allow_connections = false, as template0 and databases in maintenance have it): choose another, or ask for ALTER DATABASE <name> ALLOW_CONNECTIONS true. One that is invalid can only be dropped.',
  },
  SOURCE_NO_CONNECT_RIGHT: {
    retry: 'manual',
    hint: 'Ask for the privilege: GRANT CONNECT ON DATABASE <name> TO <user>.',
  },
  SOURCE_LOGIN_FORBIDDEN: {
    retry: 'manual',
    hint: 'The role does not exist, or may not log in: ask for ALTER ROLE <user> LOGIN, or check the user name.',
  },
  SOURCE_NOT_LET_IN: {
    retry: 'manual',
    hint: 'Ask for a line in pg_hba.conf that lets this user connect to this database from here; the message says with which address, and whether with encryption.',
  },
  SOURCE_ROW_SECURITY: {
    retry: 'manual',
    hint: 'The role has row_security = off, which refuses tables with policies: ask for BYPASSRLS to read all rows, or ALTER ROLE <user> RESET row_security to read those that the policies show.',
  },
  SOURCE_NO_DATABASE: {
    retry: 'manual',
    hint: 'Check the database name, capitals included: `psql -l` lists the ones on the server. It may have been dropped, or renamed.',
  },
  SOURCE_TLS_REFUSED: {
    retry: 'manual',
    hint: 'Set TLS to "disable" or "prefer", or switch TLS on in the server (ssl = on).',
  },
  SOURCE_TLS_REQUIRED: {
    retry: 'manual',
    hint: 'Set TLS to "require": most often the server turns away connections without it. Where that is refused as well, ask for a line in pg_hba.conf for this user and database.',
  },
  SOURCE_TLS_UNTRUSTED: {
    retry: 'manual',
    hint: 'Set TLS to "require" to encrypt without checking the certificate, or name the file of its authority (sslrootcert).',
  },
  SOURCE_TOO_MANY_CONNECTIONS: {
    retry: 'timed',
    hint: 'Close other sessions, use fewer connections (--parallel), or raise the limit that the message names: max_connections of the server, ALTER ROLE <user> CONNECTION LIMIT or ALTER DATABASE <name> CONNECTION LIMIT.',
  },
  SOURCE_AUTH_UNSUPPORTED: {
    retry: 'manual',
    hint: 'Give this user a line in pg_hba.conf with scram-sha-256, md5, password, cert or trust, or connect as another user.',
  },
  SOURCE_PROTOCOL: {
    retry: 'manual',
    hint: 'Check that a Postgres server listens at this host and port, and what lies between: a proxy may change what it passes on.',
  },
  SOURCE_POOLER: {
    retry: 'never',
    hint: 'Connect to the server itself, at the address that the message names. In transaction mode tables, previews and extracts with one worker work through a pooler.',
  },
  SOURCE_PERMISSION_DENIED: {
    retry: 'manual',
    hint: 'Ask for the privilege: GRANT SELECT ON <table> TO <user>.',
  },
  SOURCE_COLUMNS_DENIED: {
    retry: 'manual',
    hint: 'Name the columns that you may read (--columns a,b), or ask for the rest: GRANT SELECT ON <table> TO <user>.',
  },
  SOURCE_NO_RELATION: {
    retry: 'manual',
    hint: 'Check schema and table: names with capitals are written exactly so.',
  },
  SOURCE_NO_COLUMN: {
    retry: 'manual',
    hint: 'Check the column names: names with capitals are written exactly so.',
  },
  SOURCE_NOT_READ_ONLY: { retry: 'never', hint: 'Sluice reads only: remove what writes from the query.' },
  SOURCE_QUERY_FAILED: {
    retry: 'manual',
    hint: 'Try the query in psql; the message is the one that Postgres gave.',
  },
  SOURCE_MESSAGE_HIDDEN: {
    retry: 'manual',
    hint: 'Run the query with the same condition in psql, as the same user: there the message is shown. The log of the server has it, too.',
  },
  SOURCE_LOCK_TIMEOUT: {
    retry: 'timed',
    hint: 'Another session holds the table, often a migration: see pg_locks, or try again later.',
  },
  SOURCE_QUERY_CANCELLED: {
    retry: 'manual',
    hint: 'Somebody, or statement_timeout, ended the query: try again, or allow it more time (--statement-timeout).',
  },
  SOURCE_WATERMARK_BLOCKED: {
    retry: 'manual',
    hint: 'End or commit the prepared transaction (pg_prepared_xacts), or GRANT pg_read_all_stats to the user; or use the mode "exact".',
  },
  SOURCE_RECOVERY_CONFLICT: {
    retry: 'timed',
    hint: 'On a standby, set hot_standby_feedback = on or raise max_standby_streaming_delay.',
  },
  SOURCE_CONNECTION_LOST: {
    retry: 'timed',
    hint: 'The connection broke: check the network, then run again.',
  },
  SOURCE_SHUTDOWN: {
    retry: 'timed',
    hint: 'The server takes no connections now, because it is starting, recovering or stopping, or it has ended the session: a run waits two minutes for it, so run again when it is up. A standby that never takes any has hot_standby = off.',
  },
  SOURCE_SNAPSHOT_LOST: {
    retry: 'timed',
    hint: 'The connection that held the snapshot broke, or a table was replaced. A capture begins the reading again by itself; an extract is run again, or set its recovery to "resume" (--recovery resume).',
  },
  SOURCE_CHANGED: {
    retry: 'manual',
    hint: 'What was kept does not go with the table any more: discard it (`sluice discard RUN_ID`) and run again.',
  },
  SOURCE_PREVIEW_CLOSED: { retry: 'manual', hint: 'Open the table again.' },

  SLOT_NOT_FOUND: { retry: 'never', hint: 'List the slots with `sluice wal status`.' },
  SLOT_NOT_LOGICAL: {
    retry: 'never',
    hint: 'A physical slot holds WAL for a standby, and has no changes to show: choose a logical one.',
  },
  SLOT_LOST: {
    retry: 'never',
    hint: 'The WAL that it needs is gone. Start a capture with --resnapshot (Read all tables again in the app), which makes the slot anew. Of another consumer, drop the slot and let it begin again with a snapshot.',
  },
  SLOT_IN_USE: {
    retry: 'manual',
    hint: 'Stop the consumer first, or end its session: SELECT pg_terminate_backend(<pid>).',
  },
  SLOT_EXISTS: { retry: 'manual', hint: 'Choose another name for the slot, or drop the one that is there.' },
  SLOT_NONE_FREE: {
    retry: 'manual',
    hint: 'A peek needs one free slot while it lasts: drop a slot that nobody uses, or raise max_replication_slots.',
  },
  SLOT_NO_SENDER_FREE: {
    retry: 'timed',
    hint: 'All WAL senders are in use: try again later, or raise max_wal_senders.',
  },
  SLOT_NO_RIGHTS: {
    retry: 'manual',
    hint: 'Ask for the attribute: ALTER ROLE <user> REPLICATION; on Amazon RDS: GRANT rds_replication TO <user>.',
  },
  SLOT_WAL_LEVEL: {
    retry: 'manual',
    hint: 'Set wal_level = logical and restart the server; on Amazon RDS: rds.logical_replication = 1.',
  },
  SLOT_NO_PLUGIN: {
    retry: 'manual',
    hint: 'Install the output plugin on the server (test_decoding is in postgresql-contrib), or choose pgoutput.',
  },
  SLOT_NO_PUBLICATION: {
    retry: 'manual',
    hint: 'Create a publication of tables that have a key (CREATE PUBLICATION p FOR TABLE …), or peek with test_decoding. A capture whose publication was dropped starts again with --resnapshot.',
  },
  SLOT_PUBLISH_RIGHTS: {
    retry: 'manual',
    hint: 'A publication is made by who owns its tables and may CREATE in the database: ask them to run the statement, then name the publication (--publication).',
  },
  SLOT_NOT_PUBLISHABLE: {
    retry: 'manual',
    hint: 'Ordinary and partitioned tables that are logged have changes in the WAL: choose those, and the root of partitions.',
  },
  SLOT_NO_IDENTITY: {
    retry: 'manual',
    hint: 'Give the table a primary key, or run ALTER TABLE <table> REPLICA IDENTITY FULL.',
  },
  SLOT_PUBLICATIONS_DIFFER: {
    retry: 'manual',
    hint: 'Name one publication (--publication), or peek with test_decoding: pgoutput cannot join different column lists of a table.',
  },
  SLOT_WAITS_FOR_TRANSACTION: {
    retry: 'timed',
    hint: 'A new slot begins when the transactions that are open now have ended: find the oldest in pg_stat_activity.',
  },
  SLOT_NO_REPLICATION: {
    retry: 'manual',
    hint: 'Connect to the server itself: a pooler such as PgBouncer does not carry replication.',
  },
  SLOT_PREPARED_LOST: {
    retry: 'never',
    hint: 'The slot was made with two_phase and read by somebody before: begin with a new slot, and read the tables anew.',
  },
  SLOT_SPOOL_FULL: {
    retry: 'manual',
    hint: 'Give the capture more room (spoolBytes), or end the prepared transactions that wait (pg_prepared_xacts).',
  },
  SLOT_REFUSED: { retry: 'manual', hint: 'The message is the one that Postgres gave.' },
  SLOT_CANNOT_DECODE: {
    retry: 'manual',
    hint: 'It is Postgres that cannot read its WAL: try again, and install its newest minor version. Where that does not help, read the tables anew in a new slot (sluice capture start --name JOB --resnapshot).',
  },
  SLOT_MESSAGE_INVALID: {
    retry: 'never',
    hint: 'The server sent something that is no message of its plugin: report it with the version of the server.',
  },
  SLOT_MISSING: {
    retry: 'never',
    hint: 'What was written since cannot be had again: read the tables anew in a new slot (sluice capture start --name JOB --resnapshot).',
  },
  SLOT_GAP: {
    retry: 'never',
    hint: 'Somebody has moved the slot: read the tables anew in a new slot (sluice capture start --name JOB --resnapshot).',
  },
  SLOT_OTHER_SERVER: {
    retry: 'never',
    hint: 'Connect to the server that the capture was made for, or start a job with another name: positions of two servers cannot be put into one order.',
  },
  SLOT_PREFLIGHT: {
    retry: 'manual',
    hint: 'Do what the message names; `sluice wal preflight` lists all checks, each with its remedy.',
  },
  SLOT_NO_WALINSPECT: {
    retry: 'manual',
    hint: 'As a superuser, in the database of the connection: CREATE EXTENSION pg_walinspect; (Postgres 15 and later, from postgresql-contrib).',
  },
  SLOT_INSPECT_DENIED: {
    retry: 'manual',
    hint: 'GRANT EXECUTE ON FUNCTION pg_get_wal_records_info(pg_lsn, pg_lsn), pg_get_wal_stats(pg_lsn, pg_lsn, boolean) TO <user>.',
  },
  SLOT_WAL_REMOVED: {
    retry: 'manual',
    hint: 'The server keeps WAL only as long as something needs it: begin later, or read fewer bytes before the end.',
  },
  SLOT_PEEK_CLOSED: { retry: 'manual', hint: 'Start the peek again.' },
  SLOT_NOT_CONFIRMED: { retry: 'manual', hint: 'Type the name of the slot exactly as it is.' },
  SLOT_AT_RISK: { retry: 'manual', hint: 'Do what the guardian advises for each slot that it names.' },

  DEST_NO_CREDENTIALS: {
    retry: 'manual',
    hint: 'Enter keys in the destination, name an AWS profile, run `aws sso login`, or name the file that has them (--conf).',
  },
  DEST_BAD_CREDENTIALS: { retry: 'manual', hint: 'Check the access key and the secret key.' },
  DEST_CREDENTIALS_EXPIRED: { retry: 'manual', hint: 'Renew the session, for example with `aws sso login`.' },
  DEST_CLOCK_SKEW: {
    retry: 'manual',
    hint: "Set this computer's clock: S3 refuses requests more than 15 minutes off.",
  },
  DEST_ACCESS_DENIED: {
    retry: 'manual',
    hint: 'Grant s3:PutObject, s3:GetObject, s3:DeleteObject, s3:ListBucket and s3:AbortMultipartUpload on bucket and prefix.',
  },
  DEST_NO_BUCKET: {
    retry: 'manual',
    hint: 'Check the bucket name, or create the bucket: Sluice does not create it.',
  },
  DEST_WRONG_REGION: {
    retry: 'manual',
    hint: 'Set the region of the destination to the one where the bucket lives.',
  },
  DEST_UNREACHABLE: { retry: 'timed', hint: 'Check the endpoint, the region and the network.' },
  DEST_TLS_FAILED: {
    retry: 'manual',
    hint: 'Check that the endpoint speaks https, and that its certificate is trusted.',
  },
  DEST_TIMEOUT: {
    retry: 'timed',
    hint: 'The endpoint took the request and gave no answer: try again later.',
  },
  DEST_THROTTLED: {
    retry: 'timed',
    hint: 'S3 asks for fewer requests: try again later, or use another prefix.',
  },
  DEST_UNAVAILABLE: { retry: 'timed', hint: 'The endpoint has a failure of its own: try again later.' },
  DEST_OBJECT_EXISTS: {
    retry: 'manual',
    hint: 'Choose another key, put {run_id} into the template, or allow overwriting (--overwrite).',
  },
  DEST_JOB_HELD: {
    retry: 'timed',
    hint: 'Wait until the other run has ended. A run that is dead is found out: at once on its own computer, after five minutes on others.',
  },
  DEST_JOB_LOST: {
    retry: 'manual',
    hint: 'This run was silent for five minutes and another has taken its place: nothing of it counts. Run again.',
  },
  DEST_CAPTURE_FENCED: {
    retry: 'manual',
    hint: 'Another process writes this capture now. Leave it the job, or end it first: nothing was lost, and nothing is written twice.',
  },
  DEST_NO_JOB: {
    retry: 'never',
    hint: 'Check the name of the job and the destination: the state is written by the first run.',
  },
  DEST_NO_OBJECT: {
    retry: 'manual',
    hint: 'Check bucket and key: somebody, or a lifecycle rule, may have removed the object.',
  },
  DEST_UPLOAD_GONE: {
    retry: 'manual',
    hint: 'Somebody, or a lifecycle rule, removed the unfinished upload: run again.',
  },
  DEST_KMS_KEY: {
    retry: 'manual',
    hint: 'Check id and region of the KMS key, that it is enabled, and that its policy grants kms:GenerateDataKey and kms:Decrypt.',
  },
  DEST_ACL_REFUSED: {
    retry: 'manual',
    hint: 'The bucket takes no ACLs, which is the default of S3: take the ACL out of the destination (--acl).',
  },
  DEST_CHECKSUM_REFUSED: {
    retry: 'manual',
    hint: 'Set the checksum of the destination to "auto" (--checksum auto): then the endpoint gets one that it knows.',
  },
  DEST_ARCHIVED: {
    retry: 'manual',
    hint: 'The object lies in an archive class: restore it first, for example with `aws s3api restore-object`.',
  },
  DEST_CHECKSUM_MISMATCH: {
    retry: 'manual',
    hint: 'What was stored is not what was sent: run again, and suspect a proxy.',
  },
  DEST_REJECTED: {
    retry: 'manual',
    hint: 'Check bucket, key and endpoint; the message is the one that S3 gave.',
  },
  DEST_FOLDER_NOT_WRITABLE: {
    retry: 'manual',
    hint: 'Choose a folder that exists, that you may write to, and with space left.',
  },
  DEST_NAME_TOO_LONG: {
    retry: 'manual',
    hint: 'Give a shorter key, prefix or folder, or leave the column out of --partition-by. S3 takes 1,024 bytes for a whole key; most file systems take 255 for each name in a path, and up to 4,096 for all of it.',
  },
  DEST_PART_LIMIT: {
    retry: 'never',
    hint: 'An object that large needs parts of another size: say how large with --object-size (S3 takes 48.8 TiB).',
  },

  DATA_TYPE_UNSUPPORTED: {
    retry: 'never',
    hint: 'Leave the column out, cast it to text in a query, or choose another format.',
  },
  DATA_ENCODE_FAILED: {
    retry: 'never',
    hint: 'Leave the row out with a filter, choose another format, or accept losses (--accept-lossy).',
  },
  DATA_UNENCODABLE: {
    retry: 'never',
    hint: 'Choose UTF8 (--encoding UTF8), or leave the row out with a filter.',
  },
  DATA_UNDECODABLE: {
    retry: 'never',
    hint: "In an SQL_ASCII database `--encoding LATIN1` writes the bytes as they are (delimited text only). Or say in a query, for rows that are Latin-1 alone, what the bytes are: convert_from(convert(convert_to(name, 'SQL_ASCII'), 'LATIN1', 'UTF8'), 'SQL_ASCII'). Or leave the row out with a filter.",
  },
  DATA_LOSSY: {
    retry: 'never',
    hint: 'Accept losses (--accept-lossy), cast the column to text in a query, or choose another format.',
  },
  DATA_MANIFEST_INVALID: {
    retry: 'never',
    hint: 'Name the manifest.json that a run wrote: the history and the last line of --json have it.',
  },
  DATA_STATE_INVALID: {
    retry: 'never',
    hint: 'Somebody has changed the state of the job: put it back as it was, or move the object away to begin anew.',
  },
  DATA_LOG_INVALID: {
    retry: 'never',
    hint: 'Read the files again with `sluice verify`, which lists what is wrong; a capture with `--resnapshot` makes them whole again.',
  },
  DATA_CAPTURE_LAGS: {
    retry: 'timed',
    hint: 'Start the capture, or wait until its lag is small, then verify again; --wait SECONDS waits for it.',
  },
  DATA_NOT_PROVED: { retry: 'never', hint: 'Do not rely on these objects: run the extract again.' },
  DATA_TOO_MANY_PARTITIONS: {
    retry: 'never',
    hint: 'Partition by a column with fewer values, or by day, month or year; or leave out rows with a filter.',
  },
  DATA_COUNT_MISMATCH: {
    retry: 'manual',
    hint: 'Nothing was reported as done. Run again, and report this if it stays.',
  },

  STORE_CORRUPT: {
    retry: 'manual',
    hint: 'Move the file that the message names aside: Sluice writes a new one.',
  },
  STORE_VERSION_NEWER: {
    retry: 'manual',
    hint: 'Update Sluice: a newer version has written this file or object.',
  },
  STORE_NOT_WRITABLE: {
    retry: 'manual',
    hint: 'Make the data folder writable, or name another one in SLUICE_HOME.',
  },
  STORE_OUTPUT_LOST: {
    retry: 'manual',
    hint: 'Make room where stdout leads to. What was done is done: a run is in the history, and at its destination.',
  },
  STORE_SPOOL_FAILED: {
    retry: 'timed',
    hint: 'Check the disk that has the data folder. The server sends again what was on it.',
  },
  STORE_SECRET_UNREADABLE: {
    retry: 'manual',
    hint: 'Enter the password again: the one that is saved belongs to another keychain or key file.',
  },
  STORE_RUN_NOT_RESUMABLE: {
    retry: 'never',
    hint: 'Run the job again. Only a run with recovery "resume" (--recovery resume) that failed can be resumed.',
  },
  STORE_CAPTURE_BUSY: {
    retry: 'manual',
    hint: 'A process of this machine works on the job: see `sluice capture status --name JOB`, end it with `sluice capture stop --name JOB`.',
  },
  STORE_CAPTURE_NOT_FOUND: {
    retry: 'never',
    hint: 'List the saved jobs with `sluice capture list`; `sluice capture start` makes one.',
  },
  STORE_COMPACTION_BUSY: {
    retry: 'manual',
    hint: 'Wait until the other compaction has ended. One that has died is taken over: at once on its computer, after a quarter of an hour on another.',
  },
  STORE_RUN_BUSY: {
    retry: 'manual',
    hint: 'Another window or command works on this run: wait until it has ended, or end it with `sluice cancel RUN_ID`.',
  },
  STORE_RUN_NOT_FOUND: { retry: 'never', hint: 'The history no longer has this run: reload it.' },

  HOST_BAD_REQUEST: { retry: 'never', hint: 'Reload the window.' },
  HOST_UNTRUSTED_SENDER: { retry: 'never', hint: 'Open the link that `sluice serve` printed.' },
  HOST_PORT_UNAVAILABLE: {
    retry: 'manual',
    hint: 'Choose another port with --port, or end the program that uses this one.',
  },
  HOST_DISCONNECTED: { retry: 'timed', hint: 'Check that Sluice is still running, then reload the window.' },
  HOST_INTERRUPTED: {
    retry: 'manual',
    hint: 'Sluice ended while the run was going on: run again, or resume it where it has kept its finished ranges.',
  },

  INTERNAL_INVARIANT: {
    retry: 'never',
    hint: 'This is a defect of Sluice: please report it with the log of the run.',
  },
} as const satisfies Record<string, ErrorSpec>;

/** Every code that an {@link AppError} can carry. */
export type ErrorCode = keyof typeof ERRORS;

/** The codes as a list, for schemas and for the page of the manual that is made from this table. */
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

const EXIT_BY_FAMILY = {
  CONFIG: 2,
  SOURCE: 3,
  DEST: 4,
  SLOT: 5,
  DATA: 6,
  STORE: 7,
  HOST: 2,
  INTERNAL: 1,
} as const;

/** Exit code for a run that the user cancelled: 128 + SIGINT, as shells expect. */
export const EXIT_CANCELLED = 130;

/** The exit code of the command line for an error code: its family decides. */
export function exitCodeOf(code: ErrorCode): number {
  const family = code.slice(0, code.indexOf('_')) as keyof typeof EXIT_BY_FAMILY;
  return EXIT_BY_FAMILY[family];
}
