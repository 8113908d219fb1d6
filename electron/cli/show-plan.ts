/** `sluice extract --plan`: the type report, as a table for people or one event for programs. Nothing is run. */
import type { ExtractSpec } from '../contract/extract-spec.ts';
import type { Refusal, TypeNote, TypeReport } from '../contract/type-report.ts';
import type { Engine } from '../engine/engine-api.ts';
import { formatRows } from './amounts.ts';
import { callEngine } from './call-engine.ts';
import type { CommandContext } from './command-context.ts';
import { finishedWithoutRun, jsonLine } from './json-lines.ts';
import { createTextTable } from './text-table.ts';
import { withoutControls } from './text-width.ts';

/** What is shown, and how. */
export interface PlanDisplay {
  readonly count: boolean;
  readonly json: boolean;
  readonly warnings: readonly string[];
}

/** @throws AppError of the call */
export async function showPlan(
  engine: Engine,
  spec: ExtractSpec,
  { world }: CommandContext,
  { count, json, warnings }: PlanDisplay,
): Promise<void> {
  const startedMs = world.monotonicMs();
  const report = await callEngine(engine, 'extract.plan', { spec, count }, world.interrupted);
  const all = [...warnings, ...report.warnings];
  if (json) {
    world.out(jsonLine({ type: 'plan', ...report, warnings: all }));
    world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
    return;
  }
  for (const warning of all) world.err(`warning: ${withoutControls(warning)}\n`);
  world.out(planText(report));
}

/** The report for people: a table of the columns, the notes under their column, and what would make the run refuse. */
export function planText(report: TypeReport): string {
  const { columns, relation, estimatedRows, workers, refusals } = report;
  const rows = columns.map(({ name, type, target }) => [name, type, target]);
  const table = createTextTable(
    ['column', 'type', 'becomes'].map((title) => ({ title, align: 'left' as const })),
    rows,
  );
  const from = relation === null ? 'The query' : `${relation.schema}.${relation.name}`;
  const about = estimatedRows === null ? '' : `: about ${formatRows(estimatedRows)}`;
  const by = workers === null ? '' : `, read by ${workers} ${workers === 1 ? 'connection' : 'connections'}`;
  const lines = columns.map(
    ({ notes }, index) =>
      table.rows([rows[index] ?? []]) + notes.map((note) => noteLine(note, report.counted)).join(''),
  );
  return `${withoutControls(from)}${about}${by}\n\n${table.header()}${lines.join('')}\n${refusalText(refusals)}`;
}

/** Values that were counted and are not there are of no interest to a person. */
function noteLine({ severity, text, count }: TypeNote, counted: boolean): string {
  if (counted && count === 0) return '';
  const rows = count === null ? '' : ` (${formatRows(count)})`;
  return `  ${severity === 'lossy' ? '! ' : '- '}${withoutControls(text)}${rows}\n`;
}

function refusalText(refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return 'Nothing here makes the run refuse.\n';
  const lines = refusals.map(({ column, reason, when, acceptable }) => {
    const where = column === null ? '' : `${column}: `;
    const time = when === 'start' ? 'before it reads a row' : 'at the first such value';
    const way = acceptable ? '; --accept-lossy lets it go on' : '';
    return `  ${withoutControls(`${where}${reason}`)} (${time}${way})\n`;
  });
  return `The run would refuse:\n${lines.join('')}`;
}
