import { AppError } from '../contract/app-error.ts';

/** A table as `--table` names it; without a schema, the search_path finds it. */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** One part of a name: quoted with doubled quotes inside, or anything without dots and quotes. */
const PART = /"((?:[^"]|"")*)"|([^".]+)/y;

/**
 * Parses `[schema.]name`. What is not quoted is taken as it is written: `Orders` is "Orders" and not orders, because
 * nobody types a capital by chance. Double quotes are needed only around dots and quotes.
 * @throws AppError `CONFIG_USAGE`
 */
export function parseTableName(text: string): TableName {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    const part = found?.[1]?.replaceAll('""', '"') ?? found?.[2];
    if (part === undefined || part === '') throw malformed(text);
    parts.push(part);
    at = PART.lastIndex;
    if (at === text.length) break;
    if (text[at] !== '.') throw malformed(text);
    at += 1;
  }
  const [first, second, ...more] = parts;
  if (first === undefined || more.length > 0) throw malformed(text);
  return second === undefined ? { name: first } : { schema: first, name: second };
}

function malformed(text: string): AppError {
  return new AppError(
    'CONFIG_USAGE',
    `--table: "${text}" is not [schema.]name; put a name that has a dot or a quote in it in double quotes: 'public."odd.name"'`,
  );
}
