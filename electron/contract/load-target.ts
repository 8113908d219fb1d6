/** Where the files of a run can be loaded: the names that a job uses, and those that people read. */
export const LOAD_TARGETS = {
  redshift: 'Redshift',
  snowflake: 'Snowflake',
  athena: 'Athena',
  bigquery: 'BigQuery',
  duckdb: 'DuckDB',
} as const;
export type LoadTarget = keyof typeof LOAD_TARGETS;

export const LOAD_TARGET_NAMES = Object.keys(LOAD_TARGETS) as [LoadTarget, ...LoadTarget[]];

/** The only one that reads files of a local folder. */
export const LOCAL_LOAD_TARGET: LoadTarget = 'duckdb';
