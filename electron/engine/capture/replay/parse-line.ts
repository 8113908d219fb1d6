/** Lines of the two formats of JSON as changes. */
import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import type { OperationCounts } from '../../../contract/capture-log.ts';
import type { LoggedChange, LoggedRow } from './logged-change.ts';
import { parsePlainJson, type Plain, type PlainObject } from './plain-json.ts';

/** @returns a function that throws SyntaxError for what is no change; its message has no value */
export function lineParser(format: Exclude<CaptureFormat, 'parquet'>): (line: string) => LoggedChange {
  return format === 'flat' ? parseFlat : parseEnvelope;
}

/** As Debezium writes them. https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-change-events-value */
export const OPERATIONS: Readonly<Record<string, keyof OperationCounts>> = {
  r: 'read',
  c: 'insert',
  u: 'update',
  d: 'delete',
  t: 'truncate',
};

function parseEnvelope(line: string): LoggedChange {
  const envelope = objectOf(parsePlainJson(line));
  const source = objectOf(envelope.get('source'));
  return changeOf({
    operation: envelope.get('op'),
    commitLsn: source.get('commit_lsn') ?? source.get('lsn'),
    before: envelope.get('before'),
    after: envelope.get('after'),
    unchanged: envelope.get('unchanged'),
  });
}

/** The columns of the row are members; what happened to it is in members that begin with one underscore. */
function parseFlat(line: string): LoggedChange {
  const members = objectOf(parsePlainJson(line));
  const row = columnsOf(members);
  const operation = members.get('_op');
  const removed = operation === 'd';
  // All of the old row where there is no key, otherwise the old key where it has changed.
  const old = members.get('_before') ?? members.get('_key');
  return changeOf({
    operation,
    commitLsn: members.get('_commit_lsn'),
    before: removed ? row : old === undefined ? null : columnsOf(objectOf(old)),
    after: removed || operation === 't' ? null : row,
    unchanged: members.get('_unchanged'),
  });
}

/** A column that begins with an underscore has been given one more. */
function columnsOf(members: PlainObject): PlainObject {
  const row = new Map<string, Plain>();
  for (const [member, value] of members) {
    if (!member.startsWith('_')) row.set(member, value);
    else if (member.startsWith('__')) row.set(member.slice(1), value);
  }
  return row;
}

interface Parts {
  readonly operation: Plain | undefined;
  readonly commitLsn: Plain | undefined;
  readonly before: Plain | undefined;
  readonly after: Plain | undefined;
  readonly unchanged: Plain | undefined;
}

function changeOf({ operation, commitLsn, before, after, unchanged }: Parts): LoggedChange {
  const kind = typeof operation === 'string' ? OPERATIONS[operation] : undefined;
  if (kind === undefined || typeof commitLsn !== 'string') throw new SyntaxError('no change');
  const names = Array.isArray(unchanged) ? unchanged.filter((name) => typeof name === 'string') : [];
  return {
    operation: kind,
    commitLsn: BigInt(commitLsn),
    before: rowOf(before, []),
    after: rowOf(after, names),
    unchanged: names,
  };
}

/** A placeholder that stands for an unchanged value is no value. */
function rowOf(value: Plain | undefined, without: readonly string[]): LoggedRow | undefined {
  if (value === undefined || value === null) return undefined;
  const row = objectOf(value) as Map<string, string | null>;
  for (const name of without) row.delete(name);
  return row;
}

function objectOf(value: Plain | undefined): PlainObject {
  if (value instanceof Map) return value;
  throw new SyntaxError('no change');
}
