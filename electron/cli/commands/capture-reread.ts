import { Option, type Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import type { Reread } from '../../contract/capture-calls.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { writeTableName } from '../../contract/table-name.ts';
import { callEngine } from '../call-engine.ts';
import { addSavedJobOptions, withSavedJob, type SavedJobOptions } from '../capture/saved-job.ts';
import { parseTableList } from '../capture/table-list.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { gathered } from '../name-values.ts';
import { withoutControls } from '../text-width.ts';

interface RereadOptions extends SavedJobOptions {
  readonly table: readonly string[];
  readonly pause?: boolean;
  readonly resume?: boolean;
}

const DONE = {
  begin: 'is read anew',
  pause: 'is not read for now: --resume lets it go on',
  resume: 'is read on',
} as const satisfies Record<Reread['action'], string>;

/** `sluice capture reread`: one table from the beginning, while the capture of all goes on. */
export function addCaptureReread(capture: Command, { world }: CommandContext): void {
  const command = capture
    .command('reread')
    .description(
      'read tables of a job anew while it goes on; of a job that does not run, with its next start. The files that were there count until the new ones are complete',
    );
  addSavedJobOptions(command)
    .requiredOption('--table <name>', 'table to read; repeatable, or several with commas', gathered)
    .addOption(
      new Option('--pause', 'let the reading of a table wait; its changes are captured').conflicts('resume'),
    )
    .option('--resume', 'let a reading that waits go on where it was')
    .option('--json', 'write one JSON event a line to stdout: capture, finished')
    .action(async (options: RereadOptions) => {
      const { name, json, pause, resume } = options;
      const startedMs = world.monotonicMs();
      const action = pause === true ? 'pause' : resume === true ? 'resume' : 'begin';
      const asked = await withSavedJob(options, world, async (engine) => {
        const { status } = await callEngine(engine, 'capture.status', { name }, world.interrupted);
        const tables = tablesOf(options.table, status.spec);
        const input = { name, tables, action } as const;
        return { tables, status: await callEngine(engine, 'capture.reread', input, world.interrupted) };
      });
      if (json === true) {
        world.out(jsonLine({ type: 'capture', ...asked.status }));
        world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
        return;
      }
      const runs = asked.status.process !== null;
      for (const table of asked.tables) {
        const when = runs ? '' : ', when the job is started';
        world.err(`${withoutControls(writeTableName(table))} ${DONE[action]}${when}\n`);
      }
      if (runs) world.err(`sluice capture status --name "${name}" shows how far it is\n`);
    });
}

/** @throws AppError `CONFIG_USAGE` where a name without a schema stands for several tables of the job */
function tablesOf(texts: readonly string[], { tables = [] }: CaptureSpec): CapturedTable[] {
  return parseTableList(texts).map(({ schema, name }) => {
    if (schema !== undefined) return { schema, name };
    const found = tables.filter((table) => table.name === name);
    const [first = { schema: 'public', name }, second] = found;
    if (second === undefined) return first;
    throw new AppError(
      'CONFIG_USAGE',
      `--table: the job has ${found.map(writeTableName).join(' and ')}: name the schema`,
    );
  });
}
