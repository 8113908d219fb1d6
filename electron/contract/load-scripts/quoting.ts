/** Names and texts within scripts. Whatever is in them, they must not end their quotes or their comment. */

/** An identifier of standard SQL, as Redshift, Snowflake, DuckDB and Athena's queries have it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string of standard SQL, where a backslash is a backslash: DuckDB, Athena's queries. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A string where a backslash begins an escape and a quote is doubled: Redshift, Snowflake. */
export function escapedSqlString(text: string): string {
  return `'${withEscapes(text).replaceAll("'", "''")}'`;
}

/** A string of Hive's language, in which Athena's tables are declared: a quote is escaped too. */
export function hiveString(text: string): string {
  return `'${withEscapes(text).replaceAll("'", "\\'")}'`;
}

/** A word of a POSIX shell. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function withEscapes(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t');
}

/** A name as it can stand in a comment: in quotes, and on one line. */
export function namedInComment(name: string): string {
  return JSON.stringify(name);
}

/** Names for a comment; of many only the first. */
export function listInComment(names: readonly string[]): string {
  const shown = names.slice(0, 6).map(namedInComment).join(', ');
  return names.length <= 6 ? shown : `${shown} and ${names.length - 6} more`;
}

const COMMENT_WIDTH = 100;

/** Paragraphs as comment lines, each line begun with the mark: `--` or `#`. */
export function comment(mark: '--' | '#', paragraphs: readonly string[]): string {
  return paragraphs.flatMap((paragraph) => wrapped(paragraph, mark)).join('\n');
}

function wrapped(paragraph: string, mark: string): string[] {
  const lines: string[] = [];
  let line = mark;
  // Some readers take other characters than a line feed for the end of a line, and of the comment with it.
  for (const word of paragraph.split(/[\s\p{Cc}\u2028\u2029]+/u)) {
    if (line !== mark && line.length + word.length >= COMMENT_WIDTH) {
      lines.push(line);
      line = mark;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
