import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { toMaskedSourceError } from '../../electron/engine/postgres/source-errors.ts';

const SECRET = 'ada@clear.example';

function raised(fields: Partial<DatabaseError>): DatabaseError {
  return Object.assign(
    new DatabaseError(`about ${SECRET}`, 0, 'error'),
    { hint: SECRET, detail: SECRET },
    fields,
  );
}
const plPgSql = { file: 'pl_exec.c', routine: 'exec_stmt_raise', where: `PL/pgSQL function f(${SECRET})` };
const parser = { file: 'parse_relation.c', routine: 'errorMissingColumn', position: '9' };

test.each<[what: string, fields: Partial<DatabaseError>, code: string]>([
  ['a cast', { code: '22007', file: 'datetime.c' }, 'SOURCE_MESSAGE_HIDDEN'],
  ['a cast of a literal', { code: '22P02', file: 'numutils.c', position: '9' }, 'SOURCE_MESSAGE_HIDDEN'],
  ['RAISE', { code: 'P0001', ...plPgSql }, 'SOURCE_MESSAGE_HIDDEN'],
  ['RAISE as a cancel', { code: '57014', ...plPgSql }, 'SOURCE_QUERY_CANCELLED'],
  ['RAISE as a missing table', { code: '42P01', ...plPgSql }, 'SOURCE_NO_RELATION'],
  ['RAISE as a missing column', { code: '42703', ...plPgSql }, 'SOURCE_NO_COLUMN'],
  ['RAISE as an encoding', { code: '22021', ...plPgSql }, 'DATA_UNDECODABLE'],
  ['EXECUTE', { code: '42703', ...parser, where: 'PL/pgSQL function' }, 'SOURCE_NO_COLUMN'],
  ['EXECUTE of a text', { code: '42703', ...parser, internalQuery: SECRET }, 'SOURCE_NO_COLUMN'],
  ['a cast to regclass', { code: '42P01', file: 'namespace.c' }, 'SOURCE_NO_RELATION'],
  ['a cast to jsonpath', { code: '42601', file: 'jsonpath_scan.l' }, 'SOURCE_MESSAGE_HIDDEN'],
  ['pg_read_file', { code: '58P01', file: 'genfile.c' }, 'SOURCE_MESSAGE_HIDDEN'],
  ['a word that is too long', { code: '54000', file: 'tsquery.c' }, 'SOURCE_MESSAGE_HIDDEN'],
  ['the library of an extension', { code: '57014', file: 'extension.c' }, 'SOURCE_QUERY_CANCELLED'],
  ['nobody', { code: '57014' }, 'SOURCE_QUERY_CANCELLED'],
  ['an error without a SQLSTATE', {}, 'SOURCE_MESSAGE_HIDDEN'],
])('with masks, nothing is told of the words of %s', (_, fields, code) => {
  const error = toMaskedSourceError(raised(fields));
  expect([error.code, error.cause]).toEqual([code, undefined]);
  expect(JSON.stringify([error.message, error.details])).not.toContain(SECRET);
});

test.each<[what: string, fields: Partial<DatabaseError>]>([
  ['the parser', { code: '42703', ...parser }],
  ['the scanner', { code: '42601', file: 'scan.l', position: '3' }],
  ['a cancel', { code: '57014', file: 'postgres.c', where: 'PL/pgSQL function f()' }],
  ['a full disk', { code: '53100', file: 'md.c' }],
])('the words of %s are the user’s or the server’s own, and are told without a cause', (_, fields) => {
  const error = toMaskedSourceError(raised(fields));
  expect(error.message).toBe(`About ${SECRET}`);
  expect(error.cause).toBeUndefined();
});

test('what is an error of ours already stays what it is', () => {
  const error = new AppError('SOURCE_SNAPSHOT_LOST', 'gone');
  expect(toMaskedSourceError(error)).toBe(error);
});
