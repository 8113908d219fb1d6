/**
 * Scripts that load the files of a run into a warehouse, made from its manifest: the schema that was read, the objects
 * that were written. Pure, because the page of a run shows them and the engine can write them.
 *
 * Where a warehouse cannot tell values apart, or cannot read the files at all, the script says so in its comments.
 */
import type { Format } from '../format.ts';
import { LOAD_TARGET_NAMES, LOCAL_LOAD_TARGET, type LoadTarget } from '../load-target.ts';
import type { Manifest } from '../manifest.ts';
import { athenaScript } from './athena.ts';
import { bigQueryScript } from './bigquery.ts';
import { duckDbScript } from './duckdb.ts';
import { loadableRun, type LoadInput } from './loadable-run.ts';
import type { LoadableRun, LoadFile } from './loadable-run.ts';
import { redshiftScript } from './redshift.ts';
import { snowflakeScript } from './snowflake.ts';

const SCRIPTS: Readonly<Record<LoadTarget, (run: LoadableRun) => readonly LoadFile[]>> = {
  redshift: redshiftScript,
  snowflake: snowflakeScript,
  athena: athenaScript,
  bigquery: bigQueryScript,
  duckdb: duckDbScript,
};

/** The script, and after it the files that it needs. */
export function loadScript(target: LoadTarget, input: LoadInput): readonly LoadFile[] {
  const run = loadableRun(input);
  if (run.columns.length === 0) {
    const text = `The ${run.rows} rows of this run have no columns: there is nothing to load.\n`;
    return [{ name: `${run.fileStem}${target}.txt`, text }];
  }
  if (isUnusual(run.format)) {
    const text =
      'No script for these files: it would have to speak of the text dialect, or of their quote, escape or encoding.\n';
    return [{ name: `${run.fileStem}${target}.txt`, text }];
  }
  return SCRIPTS[target](run);
}

/** Where the files of a run can be loaded: from a local folder only DuckDB reads. */
export function loadTargetsOf(manifest: Manifest): readonly LoadTarget[] {
  const local = manifest.objects.some(({ uri }) => uri.startsWith('file:'));
  return local ? [LOCAL_LOAD_TARGET] : LOAD_TARGET_NAMES;
}

/** True for options of delimited text that the scripts do not know: one without them would load other values. */
function isUnusual(format: Format): boolean {
  if (format.kind !== 'csv') return false;
  const { dialect, quote = '"', escape = quote, encoding = 'UTF8' } = format;
  return dialect === 'text' || quote !== '"' || escape !== '"' || encoding !== 'UTF8';
}
