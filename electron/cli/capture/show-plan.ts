/** `sluice capture start --plan`: what a start would change at the source. */
import type { CallInput } from '../../contract/calls.ts';
import type { CapturePlan } from '../../contract/capture-calls.ts';
import { exitCodeOf } from '../../contract/error-table.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { errorText } from '../human-reporter.ts';
import { jsonLine } from '../json-lines.ts';
import { withoutControls } from '../text-width.ts';

/** Ends with the code of the refusal where the start would be refused. */
export async function showPlan(
  engine: Engine,
  input: CallInput<'capture.plan'>,
  { world, exitWith }: CommandContext,
  json: boolean,
): Promise<void> {
  const plan = await callEngine(engine, 'capture.plan', input, world.interrupted);
  if (json) world.out(jsonLine({ type: 'plan', ...plan }));
  else world.out(planText(plan));
  if (plan.refused === null) return;
  if (!json) world.err(`${errorText(plan.refused)}\n`);
  exitWith(exitCodeOf(plan.refused.code));
}

function planText({ changes, refused, running }: CapturePlan): string {
  const lines = running ? ['A process works on this job now.'] : [];
  if (refused !== null) return [...lines, 'It would not begin, and nothing was changed.', ''].join('\n');
  if (changes.length === 0) return [...lines, 'Nothing would change on the server.', ''].join('\n');
  const statements = changes.map(({ by, statement, temporary }) => {
    const remarks = [
      ...(by === 'replication' ? ['over a connection for replication'] : []),
      ...(temporary ? ['gone with that connection'] : []),
    ];
    return `${withoutControls(statement)};${remarks.length === 0 ? '' : `  -- ${remarks.join(', ')}`}`;
  });
  return [...lines, '-- This would change on the server, and nothing was changed:', ...statements, ''].join(
    '\n',
  );
}
