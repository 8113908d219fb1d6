import type { Command } from 'commander';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { addConfOption, lendConf, type ConfOptions } from '../conf-file.ts';
import { resumeRun } from '../run-job.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice resume RUN_ID` and `sluice discard RUN_ID`: runs that failed and have kept their finished ranges. */
export function addResume(program: Command, context: CommandContext): void {
  const { world } = context;
  const resume = program
    .command('resume')
    .description('go on with a run that failed and has kept its finished ranges (--recovery resume)')
    .argument('<run id>', 'as `sluice extract` has told it');
  addConfOption(resume, 'secrets')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .action(async (runId: string, options: ConfOptions & { json?: boolean }) => {
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        await resumeRun(engine, runId, context, { json: options.json === true });
      });
    });
  const discard = program
    .command('discard')
    .description('remove what such a run has kept')
    .argument('<run id>', 'as `sluice extract` has told it');
  addConfOption(discard, 'secrets').action(async (runId: string, options: ConfOptions) => {
    await withEngine(world, async (engine) => {
      await lendConf(options, engine, world);
      await callEngine(engine, 'runs.discard', { runId }, world.interrupted);
    });
    world.err(`Nothing of run ${runId} is left at the destination\n`);
  });
}
