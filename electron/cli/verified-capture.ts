/** What verifying a capture has shown, for people and for programs. */
import type { CaptureVerification, TableVerification } from '../contract/capture-verification.ts';
import { formatBytes, formatExact } from './amounts.ts';
import type { CliWorld } from './cli-world.ts';
import { finishedWithoutRun, jsonLine } from './json-lines.ts';

export function showCaptureJson(found: CaptureVerification, durationMs: number, world: CliWorld): void {
  for (const problem of found.logProblems) world.out(jsonLine({ type: 'log', problem }));
  for (const problem of found.objectProblems) world.out(jsonLine({ type: 'object', ...problem }));
  for (const table of found.tables) world.out(jsonLine({ type: 'table', ...table }));
  const outcome = found.proved ? 'succeeded' : 'failed';
  const { name, entries, objects, bytes, durableLsn, comparedLsn } = found;
  const rows = found.tables.reduce((sum, table) => sum + table.rows, 0);
  const finished = finishedWithoutRun(outcome, durationMs, { rows });
  // "objects" is a list of what was written everywhere else.
  world.out(jsonLine({ ...finished, name, entries, objectCount: objects, bytes, durableLsn, comparedLsn }));
}

export function showCaptureText(found: CaptureVerification, world: CliWorld): void {
  for (const problem of found.logProblems) world.out(`log  WRONG: ${problem}\n`);
  for (const { key, problem } of found.objectProblems) world.out(`${key}  WRONG: ${problem}\n`);
  for (const table of found.tables) {
    const { schema, name } = table.table;
    world.out(
      `${schema}.${name}  ${formatExact(table.changes)} changes, ${formatExact(table.rows)} rows  ${verdictOn(table)}\n`,
    );
  }
  const what = `${formatExact(found.entries)} entries, ${formatExact(found.objects)} objects, ${formatBytes(found.bytes)}`;
  const moment = found.comparedLsn === null ? '' : `, compared at ${found.comparedLsn}`;
  world.err(
    found.proved
      ? `Proved: ${what}, everything up to ${found.durableLsn}${moment}\n`
      : `Not proved: ${what}${moment}\n`,
  );
}

function verdictOn({ irregular, compared, complete, note }: TableVerification): string {
  const wrong = [
    ...(irregular > 0 ? [`${formatExact(irregular)} changes that cannot be`] : []),
    ...(compared === null
      ? []
      : (['missing', 'extra', 'different'] as const)
          .filter((kind) => compared[kind] > 0)
          .map((kind) => `${formatExact(compared[kind])} rows ${kind}`)),
  ];
  if (wrong.length > 0) return `WRONG: ${wrong.join(', ')}`;
  if (note !== null) return note;
  if (compared === null)
    return complete ? 'as the log says' : 'as the log says, without what was there before';
  const { unknownValues } = compared;
  return unknownValues === 0
    ? 'the same as the table'
    : `the same as the table, but for ${formatExact(unknownValues)} values that the history does not have`;
}
