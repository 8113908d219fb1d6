/** The options of `sluice extract` for incremental jobs. */
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import type { ExtractSpecInput } from '../contract/extract-spec.ts';
import { MODE_SENTENCES, WATERMARK_MODES } from '../contract/watermark-spec.ts';

export interface WatermarkOptions {
  readonly mode?: string;
  readonly watermark?: string;
  readonly watermarkMode?: string;
  readonly lookback?: string;
  readonly margin?: string;
  readonly nulls?: string;
  readonly name?: string;
}

/** Adds the options to a command. */
export function addWatermarkOptions(command: Command): Command {
  return command
    .optionsGroup('Which rows are new:')
    .option(
      '--mode <mode>',
      'full: all rows; incremental: what is new since the last run of this job at this destination (default: full)',
    )
    .option('--watermark <column>', 'a column that grows with each change, such as LastUpdated')
    .option(
      '--watermark-mode <mode>',
      `${WATERMARK_MODES.map((mode) => `${mode}: ${MODE_SENTENCES[mode]}`).join(' ')} (default: exact)`,
    )
    .option('--lookback <amount>', 'the window of lookback: "15 minutes", 2h, or a number (default: 1 hour)')
    .option(
      '--margin <amount>',
      'how much older than its transaction a row may say that it is; "unbounded" reads the whole table (default: 1 hour)',
    )
    .option('--nulls <what>', 'include or skip: rows without a watermark (default: include)')
    .option('--name <job>', 'name of the job, under which its state lies (default: the name of the table)');
}

/** The part of a job that the options ask for. @throws AppError `CONFIG_USAGE` */
export function watermarkFrom(options: WatermarkOptions): Pick<ExtractSpecInput, 'mode' | 'name'> & {
  readonly watermark?: unknown;
} {
  const { mode = 'full', watermark, watermarkMode, lookback, margin, nulls, name } = options;
  if (mode !== 'full' && mode !== 'incremental') {
    throw new AppError('CONFIG_USAGE', `--mode: "${mode}" is not known; it takes full or incremental`);
  }
  const named = name === undefined ? {} : { name };
  if (mode === 'incremental') {
    if (watermark === undefined)
      throw new AppError('CONFIG_USAGE', '--mode incremental needs --watermark COLUMN');
    return { mode, ...named, watermark: { column: watermark, mode: watermarkMode, lookback, margin, nulls } };
  }
  if ([watermark, watermarkMode, lookback, margin, nulls].some((option) => option !== undefined)) {
    throw new AppError('CONFIG_USAGE', '--watermark and its options go with --mode incremental');
  }
  return { mode, ...named };
}
