/** How a table is written in one text: `[schema.]name`, for options, fields and messages. Pure. */

/** A table as a user names it; without a schema, the search_path finds it. */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** One part of a name: quoted with doubled quotes inside, or anything without dots and quotes. */
const PART = /"((?:[^"]|"")*)"|([^".]+)/y;

/**
 * Reads `[schema.]name`. What is not quoted is taken as it is written: `Orders` is "Orders" and not orders, because
 * nobody types a capital by chance. Double quotes are needed only around dots and quotes. Undefined where it is no name.
 */
export function readTableName(text: string): TableName | undefined {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    const part = found?.[1]?.replaceAll('""', '"') ?? found?.[2];
    if (part === undefined || part === '') return undefined;
    parts.push(part);
    at = PART.lastIndex;
    if (at === text.length) break;
    if (text[at] !== '.') return undefined;
    at += 1;
  }
  const [first, second, ...more] = parts;
  if (first === undefined || more.length > 0) return undefined;
  return second === undefined ? { name: first } : { schema: first, name: second };
}

/** The text that {@link readTableName} reads back. */
export function writeTableName({ schema, name }: { schema?: string | undefined; name: string }): string {
  return (schema === undefined ? [name] : [schema, name]).map(writePart).join('.');
}

function writePart(part: string): string {
  return /[".]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}
