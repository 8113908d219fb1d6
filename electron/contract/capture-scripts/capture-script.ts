/** Scripts that make the current rows of a table of the files of a capture. Pure: the app shows them and the command line prints them. */
import { z } from 'zod';
import { capturedTableSchema, jobNameSchema } from '../capture-spec.ts';
import { destinationRefSchema } from '../extract-spec.ts';
import { athenaLatest } from './athena-latest.ts';
import type { CapturedFiles } from './captured-files.ts';
import { duckDbLatest } from './duckdb-latest.ts';
import { redshiftLatest } from './redshift-latest.ts';
import { snowflakeLatest } from './snowflake-latest.ts';

export const CAPTURE_SCRIPT_TARGETS = ['duckdb', 'athena', 'snowflake', 'redshift'] as const;
export type CaptureScriptTarget = (typeof CAPTURE_SCRIPT_TARGETS)[number];

export const captureScriptInputSchema = z.strictObject({
  destination: destinationRefSchema,
  name: jobNameSchema,
  target: z.enum(CAPTURE_SCRIPT_TARGETS),
  /** Left out, all tables. */
  table: capturedTableSchema.optional(),
});

export const captureScriptSchema = z.object({
  scripts: z.array(z.object({ table: capturedTableSchema, text: z.string() })),
});

const SCRIPTS: Readonly<Record<CaptureScriptTarget, (files: CapturedFiles) => string>> = {
  duckdb: duckDbLatest,
  athena: athenaLatest,
  snowflake: snowflakeLatest,
  redshift: redshiftLatest,
};

export function captureScript(target: CaptureScriptTarget, files: CapturedFiles): string {
  return SCRIPTS[target](files);
}
