import type { Command } from 'commander';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { resumeRun } from '../run-job.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice resume RUN_ID` and `sluice discard RUN_ID`: runs that failed and have kept their finished ranges. */
export function addResume(program: Command, context: CommandContext): void {
  const { world } = context;
  program
    .command('resume')
    .description('go on with a run that failed and has kept its finished ranges (--recovery resume)')
    .argument('<run id>', 'as `sluice extract` has told it')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .action(async (runId: string, options: { json?: boolean }) => {
      await withEngine(world, (engine) => resumeRun(engine, runId, context, { json: options.json === true }));
    });
  program
    .command('discard')
    .description('remove what such a run has kept')
    .argument('<run id>', 'as `sluice extract` has told it')
    .action(async (runId: string) => {
      await withEngine(world, (engine) => callEngine(engine, 'runs.discard', { runId }, world.interrupted));
      world.err(`Nothing of run ${runId} is left at the destination\n`);
    });
}
