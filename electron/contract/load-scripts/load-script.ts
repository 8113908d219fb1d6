/**
 * Scripts that load the files of a run into a warehouse, made from its manifest: the schema that was read, the objects
 * that were written. Pure, because the page of a run shows them and the engine can write them.
 *
 * Where a warehouse cannot tell values apart, or cannot read the files at all, the script says so in its comments.
 */
import { LOAD_TARGET_NAMES, LOCAL_LOAD_TARGET, type LoadTarget } from '../load-target.ts';
import type { Manifest } from '../manifest.ts';
import { athenaScript } from './athena.ts';
import { bigQueryScript } from './bigquery.ts';
import { duckDbScript } from './duckdb.ts';
import { loadableRun, type LoadInput } from './loadable-run.ts';
import type { LoadableRun, LoadFile } from './loadable-run.ts';
import { unreadable } from './readable.ts';
import { redshiftScript } from './redshift.ts';
import { snowflakeScript } from './snowflake.ts';

const SCRIPTS: Readonly<Record<LoadTarget, (run: LoadableRun) => readonly LoadFile[]>> = {
  redshift: redshiftScript,
  snowflake: snowflakeScript,
  athena: athenaScript,
  bigquery: bigQueryScript,
  duckdb: duckDbScript,
};

const WAREHOUSES: Readonly<Record<LoadTarget, string>> = {
  redshift: 'Redshift',
  snowflake: 'Snowflake',
  athena: 'Athena',
  bigquery: 'BigQuery',
  duckdb: 'DuckDB',
};

/** The script, and after it the files that it needs. */
export function loadScript(target: LoadTarget, input: LoadInput): readonly LoadFile[] {
  const run = loadableRun(input);
  if (run.columns.length === 0) {
    const text = `The ${run.rows} rows of this run have no columns: there is nothing to load.\n`;
    return [{ name: `${run.fileStem}${target}.txt`, text }];
  }
  const problem = unreadable(target, run.format);
  if (problem !== undefined) {
    const text = `${WAREHOUSES[target]} cannot load these files: ${problem}\n`;
    return [{ name: `${run.fileStem}${target}.txt`, text }];
  }
  return SCRIPTS[target](run);
}

/** Where the files of a run can be loaded: from a local folder only DuckDB reads. */
export function loadTargetsOf(manifest: Manifest): readonly LoadTarget[] {
  const local = manifest.objects.some(({ uri }) => uri.startsWith('file:'));
  return local ? [LOCAL_LOAD_TARGET] : LOAD_TARGET_NAMES;
}
