/**
 * What may be told of an error of the server while a mask is set. Its words can hold a value of a row: "invalid input
 * syntax for type date" goes on with the text, and a function can raise whatever it likes under any SQLSTATE. So nothing
 * of them is shown but where the place in the server that wrote them proves that they hold none.
 */
import type { DatabaseError } from 'pg';

/** The fields of an error that decide. */
export type ServerError = Partial<
  Pick<DatabaseError, 'code' | 'file' | 'where' | 'internalQuery' | 'position' | 'constraint' | 'dataType'>
>;

/**
 * What the server says about itself, and the source files that say it without a value. A function cannot give their
 * names: the file of what it raises is that of its language.
 */
const ABOUT_ITSELF: Readonly<Record<string, readonly string[]>> = {
  '25006': ['utility.c'],
  '40001': ['postgres.c'],
  '40P01': ['deadlock.c'],
  '53100': ['md.c', 'buffile.c'],
  '53200': ['mcxt.c', 'aset.c', 'lock.c'],
  '53400': ['fd.c'],
  '54001': ['postgres.c', 'stack_depth.c'],
  '55P03': ['postgres.c'],
  '57014': ['postgres.c'],
  '57P01': ['postgres.c'],
  '57P05': ['postgres.c'],
  XX001: ['bufmgr.c', 'detoast.c', 'heaptoast.c'],
};

const PARSER = /^(?:parse_\w+|analyze|namespace|parser|scan|gram)\.[cly]$/;
const DOMAIN_CHECKS = ['domains.c', 'execExprInterp.c'];

/** Pure: true where the server's message and hint cannot hold a value of a row. */
export function isWithoutValues(error: ServerError): boolean {
  return saysOfItself(error) || saysOfStatement(error);
}

/** Pure: a sentence of ours in place of the server's. */
export function wordsInPlace(sqlstate: string): string {
  const words = BY_SQLSTATE[sqlstate] ?? BY_CLASS[sqlstate.slice(0, 2)] ?? 'The server could not go on';
  return `${words} (SQLSTATE ${sqlstate}). What Postgres said is not shown, because it can hold a value that a mask hides.`;
}

/** Pure: names of the catalogue that belong to the error, and the place in the statement where it begins. */
export function namesOf(error: ServerError): Record<string, string> {
  const names: Record<string, string> = {};
  if (error.position !== undefined && isOfStatement(error)) names['position'] = error.position;
  if (!DOMAIN_CHECKS.includes(error.file ?? '') || !isOfStatement(error)) return names;
  if (error.dataType !== undefined) names['type'] = error.dataType;
  if (error.constraint !== undefined) names['constraint'] = error.constraint;
  return names;
}

function saysOfItself({ code = '', file = '' }: ServerError): boolean {
  return ABOUT_ITSELF[code]?.includes(file) ?? false;
}

/**
 * The parser reads the statement and no row. It also reads what functions make of a row (`EXECUTE`, `query_to_xml`,
 * a cast to `regclass`): then there is a context, or no place in our statement.
 */
function saysOfStatement(error: ServerError): boolean {
  const { code = '', file = '', position } = error;
  const names = code.startsWith('42') || code === '3F000';
  return names && position !== undefined && isOfStatement(error) && PARSER.test(file);
}

/** True where no function stands between our statement and the error. */
function isOfStatement({ where, internalQuery }: ServerError): boolean {
  return where === undefined && internalQuery === undefined;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, string>> = {
  '22003': 'A number is out of the range of its type',
  '22007': 'A value could not be read as a date or a time',
  '22008': 'A date or a time is out of range',
  '22012': 'Something was divided by zero',
  '2201B': 'A regular expression is not valid',
  '22P02': 'A text could not be read as a value of another type',
  '23514': 'A value breaks a rule (CHECK) of its type',
  '42501': 'The user has no privilege on something that the statement reads or calls',
};

const BY_CLASS: Readonly<Record<string, string>> = {
  '08': 'The server, or what stands before it, has broken off',
  '21': 'A subquery gave more than one row',
  '22': 'A value could not be converted or calculated',
  '23': 'A value breaks a rule of its type',
  '25': 'The transaction does not allow it',
  '38': 'A function raised an error',
  '39': 'A function raised an error',
  '40': 'The server ended the transaction',
  '42': 'Something that the statement, or a function that it calls, names is not there or does not fit',
  '53': 'The server has run out of memory, disk space or connections',
  '54': 'Something is larger than the server allows',
  '55': 'Something that the statement needs is in use, or not ready',
  '57': 'The server ended the statement',
  '58': 'The server could not read a file',
  P0: 'A function raised an error',
  XX: 'The server met an error inside of itself',
};
