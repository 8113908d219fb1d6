import type { Command } from 'commander';
import type { RunState } from '../../contract/run.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { withEngine } from '../with-engine.ts';

const DESCRIPTIONS = {
  cancel: 'break off a run that another process works on; what it has written is removed',
  pause: 'let a run of another process read nothing for a while; it keeps its snapshot',
  continue: 'let a paused run read on',
} as const;
type Control = keyof typeof DESCRIPTIONS;

/** `sluice cancel`, `pause` and `continue RUN_ID`: runs of the app, or of another command, on this data folder. */
export function addRunControl(program: Command, context: CommandContext): void {
  addControl(program, context, 'cancel');
  addControl(program, context, 'pause');
  addControl(program, context, 'continue');
}

function addControl(program: Command, { world }: CommandContext, control: Control): void {
  program
    .command(control)
    .description(DESCRIPTIONS[control])
    .argument('<run id>', 'as `sluice extract` has told it')
    .option('--json', 'write one JSON event a line to stdout: state, finished')
    .action(async (runId: string, { json }: { json?: boolean }) => {
      const startedMs = world.monotonicMs();
      const { state } = await withEngine(world, (engine) =>
        callEngine(engine, `runs.${control}`, { runId }, world.interrupted),
      );
      if (json === true) {
        world.out(jsonLine({ type: 'state', runId, state }));
        world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
      } else world.err(`Run ${runId}: ${stateWord(state)}\n`);
    });
}

function stateWord(state: RunState): string {
  return state.tag === 'running' && state.paused === true ? 'paused' : state.tag;
}
