/**
 * What Sluice promises, and the tests that hold it, by their titles. `npm run docs` makes `docs/guarantees.md` of it; a test
 * fails where a title is not there any more.
 */
export interface Guarantee {
  /** A sentence that a user reads. */
  readonly promise: string;
  /** Files of tests, each with titles, or beginnings of titles. */
  readonly heldBy: Readonly<Record<string, readonly string[]>>;
}

export const GUARANTEES: readonly Guarantee[] = [
  {
    promise:
      'A run that says "succeeded" is complete: rows counted at the source, written and listed agree, and the manifest comes last.',
    heldBy: {
      'test/s3/engine-faults.test.ts': [
        'a manifest that was stored short is no manifest: the run fails and nothing is left',
        'an error within a 200 when an upload is completed is an error',
      ],
      'test/s3/engine-load-scripts.test.ts': [
        'what landed can be loaded: scripts for every warehouse lie next to the manifest',
      ],
      'test/recovery/engine-killed.test.ts': ['when the object is whole and there is no manifest yet'],
      'test/recovery/fault-campaign.test.ts': ['runs with faults (seed'],
    },
  },
  {
    promise:
      'The rows of a run are those of one moment, and that moment is not before its locks: a table that is loaded or exchanged meanwhile is read as it is then.',
    heldBy: {
      'test/pg/locked-snapshot.test.ts': [
        'E1: $name under a waiting reader',
        'E1: a role that may read some columns only',
      ],
      'test/recovery/swap-campaign.test.ts': ['rounds (seed'],
    },
  },
  {
    promise: 'An object that is there is not overwritten, unless that is asked for.',
    heldBy: { 'test/s3/engine-traps.test.ts': ['later batches do not overwrite an earlier object'] },
  },
  {
    promise: 'Cancelled means cancelled: the query, the uploads and what was written are gone.',
    heldBy: {
      'test/recovery/cancel-elsewhere.test.ts': [
        'a run is cancelled by another command: it ends as cancelled, and nothing of it is left',
      ],
      'test/recovery/engine-killed.test.ts': ['while it was being cancelled'],
    },
  },
  {
    promise: 'A process that is killed leaves nothing that the next start does not bring to its end.',
    heldBy: {
      'test/recovery/engine-killed.test.ts': ['while an upload is open'],
      'test/recovery/store-killed.test.ts': ['a process that is killed while it writes'],
      'test/recovery/resume.test.ts': ['field note 12: a process that is killed'],
    },
  },
  {
    promise: 'Memory is a constant, whatever the size of the table.',
    heldBy: {
      'test/s3/engine-memory.test.ts': [
        'two million rows as Postgres writes them, to a destination that is slow',
      ],
      'test/recovery/capture-memory.test.ts': [''],
    },
  },
  {
    promise: 'Values arrive as Postgres has them, to the last digit.',
    heldBy: {
      'test/pg/parquet.test.ts': ['values of every type, and arrays of them, are the ones that Postgres has'],
      'test/pg/jsonl.test.ts': ['every digit of int8 and numeric is there'],
      'test/pg/python-dialect.test.ts': ['the five rows of the sample table give exactly the bytes'],
    },
  },
  {
    promise: 'NULL is not the empty string.',
    heldBy: { 'test/pg/jsonl.test.ts': ['NULL is null, and not the empty string'] },
  },
  {
    promise:
      'Sluice only reads: what would write is refused, and text of the user cannot step out of its statement.',
    heldBy: {
      'test/pg/session.test.ts': [
        'a query that writes is refused',
        'text of the user cannot step out of the SELECT',
      ],
    },
  },
  {
    promise: 'Statements call what they mean, whatever stands first on the search_path.',
    heldBy: {
      'test/pg/qualified-sql.test.ts': [
        'E2: every name in every statement has its schema',
        'E2: with a schema in front of pg_catalog',
      ],
    },
  },
  {
    promise: 'A name finds the same table in every command.',
    heldBy: { 'test/pg/found-names.test.ts': ['E15: the same text names the same relation'] },
  },
  {
    promise: 'Nothing is left in a session that others may get, and what others left there changes no row.',
    heldBy: {
      'test/pg/pooler.test.ts': [
        'E3: nothing is left for others',
        'E4: under traffic of clients that set everything',
        'E5: the salt of a mask',
      ],
    },
  },
  {
    promise: 'Nothing of a masked column leaves the database but through its mask, errors included.',
    heldBy: {
      'test/pg/masks-hold.test.ts': ['E6'],
      'test/pg/masks-places.test.ts': ['E6'],
      'test/pg/masks.test.ts': ['clear values, the salt and constants are not on the wire'],
    },
  },
  {
    promise: 'Whatever a server sends ends as an error of its connection, and never as a wrong row.',
    heldBy: {
      'test/pg/strange-servers.test.ts': ['E7: %s is an error of the connection, and the process goes on'],
      'test/recovery/wire-campaign.test.ts': ['conversations (seed'],
    },
  },
  {
    promise: 'An incremental job neither skips nor repeats a row, or says what it may do.',
    heldBy: {
      'test/pg/incremental-index.test.ts': ['I2: an index bounds what is read'],
      'test/pg/incremental-rounds.test.ts': ['exact mode: all extracts, applied in order, are the table'],
      'test/pg/incremental-tables.test.ts': ['I1'],
      'test/s3/incremental-ledger.test.ts': ['a run that died between manifest and state is adopted'],
    },
  },
  {
    promise: 'A capture writes each change exactly once: acked <= durable <= decoded <= received.',
    heldBy: {
      'test/s3/capture-crash.test.ts': ['every reply that is lost is found out: nothing is written twice'],
      'test/pg/capture-stream.test.ts': ['the slot goes exactly where it is told to, and nowhere by itself'],
      'test/recovery/capture-campaign.test.ts': [''],
    },
  },
  {
    promise: 'What an earlier Sluice wrote goes on; what a newer one wrote is refused by name.',
    heldBy: { 'test/recovery/stored-forms.test.ts': [''] },
  },
  {
    promise: 'Secrets are in no file, log, error or command line that is not theirs.',
    heldBy: {
      'test/recovery/store-killed.test.ts': ['leaves the secrets readable'],
      'test/pg/cli-program.test.ts': ['extracts to the bucket of the file, with its keys'],
    },
  },
];
