import type { Command } from 'commander';
import { exitCodeOf } from '../../contract/error-table.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { withEngine } from '../with-engine.ts';

type Options = SourceOptions & { readonly json?: boolean };

/** `sluice wal preflight`: can changes be captured from here? Ends with 5 when a check has failed. */
export function addWalPreflight(wal: Command, context: CommandContext): void {
  const { world } = context;
  addSourceOptions(
    wal.command('preflight').description('check whether changes can be captured, and say what mends it'),
  )
    .optionsGroup('Output:')
    .option('--json', 'write one JSON event a line to stdout: check, finished')
    .action(async (options: Options) => {
      const startedMs = world.monotonicMs();
      const { checks } = await withEngine(world, async (engine) => {
        const { connectionId } = await resolveSource(options, engine, world);
        return await callEngine(engine, 'wal.preflight', { connectionId }, world.interrupted);
      });
      const failed = checks.some(({ outcome }) => outcome === 'fail');
      for (const check of checks) {
        if (options.json === true) world.out(jsonLine({ type: 'check', ...check }));
        else {
          const remedy = check.remedy === null ? '' : `\n      ${check.remedy.replaceAll('\n', '\n      ')}`;
          world.out(`${check.outcome.padEnd(4)}  ${check.title}: ${check.text}${remedy}\n`);
        }
      }
      if (options.json === true) {
        const outcome = failed ? 'failed' : 'succeeded';
        const durationMs = world.monotonicMs() - startedMs;
        world.out(jsonLine(finishedWithoutRun(outcome, durationMs, { rows: checks.length })));
      }
      if (failed) context.exitWith(exitCodeOf('SLOT_WAL_LEVEL'));
    });
}

/** `sluice wal heartbeat`: one message to the WAL, for cron beside an idle database. */
export function addWalHeartbeat(wal: Command, context: CommandContext): void {
  const { world } = context;
  addSourceOptions(
    wal
      .command('heartbeat')
      .description(
        'write one message to the WAL, and nothing to any table, so that consumers of an idle database move on',
      ),
  )
    .optionsGroup('Output:')
    .option('--json', 'write one JSON event a line to stdout: heartbeat, finished')
    .action(async (options: Options) => {
      const startedMs = world.monotonicMs();
      const { lsn } = await withEngine(world, async (engine) => {
        const { connectionId } = await resolveSource(options, engine, world);
        return await callEngine(engine, 'wal.heartbeat', { connectionId }, world.interrupted);
      });
      if (options.json !== true) return world.out(`${lsn}\n`);
      world.out(jsonLine({ type: 'heartbeat', lsn }));
      world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
    });
}
