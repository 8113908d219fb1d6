/** The type report of a job: what each column becomes, what it could lose, and what would make the run refuse. */
import { AppError } from '../../contract/app-error.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { TypeReport } from '../../contract/type-report.ts';
import { reportColumns } from '../encode/report/report-columns.ts';
import type { ConnectionAccess } from '../ports.ts';
import { laneWarning } from './lane-budget.ts';
import { readOptions } from './read-options.ts';
import type { LookAtSource, SourceLook, ValueTest } from '../source-look.ts';

/** What a plan is made from. */
export interface PlanRequest {
  readonly spec: ExtractSpec;
  /** Counts the values that the notes speak of: the server reads all rows once. */
  readonly count: boolean;
  readonly access: ConnectionAccess;
  readonly look: LookAtSource;
}

/** @throws AppError of the SOURCE_ family, `CONFIG_INVALID_INPUT` for a mask that does not suit */
export async function planExtract(request: PlanRequest, signal: AbortSignal): Promise<TypeReport> {
  const { spec, access } = request;
  await using look = await request.look(access, spec.selection, readOptions(spec), signal);
  const draft = reportColumns(look.columns, spec.format, spec.acceptLossy);
  const counted = request.count ? await counts(look, draft.tests, signal) : undefined;
  const { columns, refusals } = draft.finish(counted);
  const { schema, name } = look.plan.relation;
  const fewer = laneWarning(spec, look.workers);
  return {
    relation: 'table' in spec.selection ? { schema, name } : null,
    columns,
    estimatedRows: look.plan.estimatedRows,
    workers: look.workers,
    warnings: [
      ...look.plan.warnings,
      ...(fewer === undefined ? [] : [fewer]),
      ...formatWarnings(spec),
      ...(request.count && counted === undefined ? [COUNT_GIVEN_UP] : []),
    ],
    refusals,
    counted: counted !== undefined,
  };
}

const COUNT_GIVEN_UP =
  'The values were not counted: the server took longer than a minute, or was told to stop.';

/** Undefined where the server gave up: the rest of the report is of use without the counts. */
async function counts(
  look: SourceLook,
  tests: readonly ValueTest[],
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  try {
    return await look.count(tests, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'SOURCE_QUERY_CANCELLED') return undefined;
    throw error;
  }
}

/** What can be said of the options alone. */
function formatWarnings({ format }: ExtractSpec): string[] {
  if (format.kind !== 'csv') return [];
  const warnings: string[] = [];
  // A backslash is escaped in values, so no value can look like a token with one.
  if (format.dialect === 'text' && !format.nullToken.includes('\\')) {
    warnings.push('In the text dialect, a text that is equal to the NULL token looks like NULL.');
  }
  if (format.encoding !== undefined && format.encoding !== 'UTF8') {
    warnings.push(`A character that ${format.encoding} does not have ends the run.`);
  }
  return warnings;
}
