import type { QueryArrayConfig, QueryConfig } from 'pg';

/**
 * A statement for the extended protocol, which refuses a second one after a semicolon: text that a user wrote can then not
 * step out of the READ ONLY transaction. `queryMode` is an option of the driver that its types leave out.
 */
export function oneStatement<Config extends QueryConfig>(config: Config): Config {
  return { ...config, queryMode: 'extended' };
}

/** The same, with rows as arrays and every value as the text that Postgres wrote. */
export function oneStatementAsText(text: string): QueryArrayConfig {
  return oneStatement({ text, rowMode: 'array', types: { getTypeParser: () => asText } });
}

function asText(value: string): string {
  return value;
}
