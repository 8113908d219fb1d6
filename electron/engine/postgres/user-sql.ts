/**
 * Text of a user's as a part of a statement of ours: one query, or one condition. Only where strings, names and comments end
 * is read here, as Postgres reads it; what the rest means is the server's to say.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
import { AppError } from '../../contract/app-error.ts';

/** What a token is, as far as it matters where a statement ends. */
type Kind = 'blank' | 'end' | 'open' | 'close' | 'other';

interface Token {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
}

/** Tokens of one rule each; a comment in a comment is no matter for one. */
const RULES: readonly [kind: Kind, rule: RegExp][] = [
  ['blank', /[ \t\n\r\f\v]+|--[^\n\r]*/y],
  // A string in which a backslash escapes; standard_conforming_strings, which Sluice sets, leaves others alone.
  ['other', /[eE]'(?:[^'\\]|''|\\[^])*'?/y],
  ['other', /'(?:[^']|'')*'?/y],
  ['other', /"(?:[^"]|"")*"?/y],
  // No dollar quote begins inside of a name, so names are taken whole. Bytes above ASCII are letters.
  ['other', /[A-Za-z_\u0080-\uffff][A-Za-z_0-9$\u0080-\uffff]*/y],
  ['other', /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$/y],
  ['end', /;/y],
  ['open', /\(/y],
  ['close', /\)/y],
  ['other', /[^]/y],
];

/**
 * A query without what stands behind it: blanks, comments, semicolons.
 * @throws AppError `CONFIG_INVALID_INPUT` for two statements, or for none
 */
export function oneQuery(text: string): string {
  return oneStatement(text, 'selection.query');
}

/**
 * A condition without what stands behind it. One that closes a parenthesis of ours would take another meaning with the
 * conditions that stand beside it.
 * @throws AppError `CONFIG_INVALID_INPUT`
 */
export function oneCondition(text: string): string {
  const field = 'selection.where';
  let depth = 0;
  for (const { kind } of tokensOf(text)) {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    if (depth < 0) break;
  }
  if (depth !== 0) throw invalid(field, 'it has parentheses that do not match');
  return oneStatement(text, field);
}

function oneStatement(text: string, field: string): string {
  const tokens = tokensOf(text);
  const last = tokens.findLast(({ kind }) => kind !== 'blank' && kind !== 'end');
  if (last === undefined) throw invalid(field, 'there is nothing but comments in it');
  if (tokens.some(({ kind, from }) => kind === 'end' && from < last.from))
    throw invalid(field, 'it has more than one statement; write one, without a semicolon inside');
  return text.slice(0, last.to);
}

function invalid(field: string, what: string): AppError {
  return new AppError('CONFIG_INVALID_INPUT', `${field}: ${what}`, { details: { field } });
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let from = 0; from < text.length;) {
    const token = text.startsWith('/*', from) ? commentAt(text, from) : ruled(text, from);
    tokens.push(token);
    from = token.to;
  }
  return tokens;
}

function ruled(text: string, from: number): Token {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = from;
    const [found] = rule.exec(text) ?? [];
    if (found === undefined) continue;
    const isDollar = found.length > 1 && found.startsWith('$');
    return { kind, from, to: isDollar ? dollarEnd(text, from, found) : from + found.length };
  }
  return { kind: 'other', from, to: from + 1 };
}

/** Comments stand in comments. One without an end is no blank: the server says what is wrong with it. */
function commentAt(text: string, from: number): Token {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'blank', from, to: marks.lastIndex };
  }
  return { kind: 'other', from, to: text.length };
}

function dollarEnd(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from + quote.length);
  return end < 0 ? text.length : end + quote.length;
}
