/** From the arguments to the exit code. */
import { Command, CommanderError } from 'commander';
import { AppError, toWireError } from '../contract/app-error.ts';
import { EXIT_CANCELLED, exitCodeOf } from '../contract/error-table.ts';
import type { CliWorld } from './cli-world.ts';
import type { CommandContext } from './command-context.ts';
import { addCapture } from './commands/capture.ts';
import { addExtract } from './commands/extract.ts';
import { addLater } from './commands/later.ts';
import { addLoadScript } from './commands/load-script.ts';
import { addPreview } from './commands/preview.ts';
import { addProfiles } from './commands/profiles.ts';
import { addResume } from './commands/resume.ts';
import { addRun } from './commands/run.ts';
import { addRunControl } from './commands/run-control.ts';
import { addServe } from './commands/serve.ts';
import { addTables } from './commands/tables.ts';
import { addVerify } from './commands/verify.ts';
import { addWatermark } from './commands/watermark.ts';
import { addWal } from './commands/wal.ts';
import { errorText } from './human-reporter.ts';
import { finishedWithoutRun, jsonLine } from './json-lines.ts';

const INTRODUCTION = `
Try it:
  sluice tables  --pg postgres://me@localhost/shop
  sluice preview --pg postgres://me@localhost/shop --table Orders
  sluice extract --pg postgres://me@localhost/shop --table Orders --s3 s3://my-bucket/orders
  sluice wal status --pg postgres://me@localhost/shop
  sluice capture start --name orders --pg postgres://me@localhost/shop --table Orders --s3 s3://my-bucket/changes

Connections and destinations saved in the app can be used by name: --profile Shop --destination Lake.
\`sluice <command> --help\` shows the options of a command.
`;

/** Runs the command that the arguments (without node and the script) name. Never throws; returns the exit code. */
export async function runCommandLine(args: readonly string[], world: CliWorld): Promise<number> {
  const startedMs = world.monotonicMs();
  let exitCode = 0;
  const context: CommandContext = {
    world,
    exitWith: (code) => {
      exitCode = code;
    },
  };
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return reportFailure(error, {
      world,
      json: asksForJson(args),
      durationMs: world.monotonicMs() - startedMs,
    });
  }
}

function createProgram(context: CommandContext): Command {
  const { world } = context;
  const program = new Command('sluice')
    .description('Moves Postgres tables to S3, or to a folder.')
    .version(world.version, '--version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', INTRODUCTION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text),
      writeErr: (text) => world.err(text),
      // Errors are told in one place, with hint and code.
      outputError: () => undefined,
      getOutHelpWidth: () => world.columns(),
      getErrHelpWidth: () => world.columns(),
    });
  addExtract(program, context);
  addPreview(program, context);
  addTables(program, context);
  addProfiles(program, context);
  addRun(program, context);
  addResume(program, context);
  addRunControl(program, context);
  addServe(program, context);
  addVerify(program, context);
  addWatermark(program, context);
  addLoadScript(program, context);
  addWal(program, context);
  addCapture(program, context);
  addLater(program);
  return program;
}

interface FailureContext {
  readonly world: CliWorld;
  readonly json: boolean;
  readonly durationMs: number;
}

function reportFailure(error: unknown, { world, json, durationMs }: FailureContext): number {
  if (world.interrupted.aborted) {
    if (json) world.out(jsonLine(finishedWithoutRun('cancelled', durationMs)));
    else world.err('Cancelled\n');
    return EXIT_CANCELLED;
  }
  // Commander has shown the help already; an error on top of it would say nothing new.
  if (error instanceof CommanderError && error.code === 'commander.help' && !json)
    return exitCodeOf('CONFIG_USAGE');
  const wire = toWireError(error instanceof CommanderError ? usageError(error) : error);
  if (json) world.out(jsonLine(finishedWithoutRun('failed', durationMs, { error: wire })));
  else world.err(`${errorText(wire)}\n`);
  return exitCodeOf(wire.code);
}

function usageError(error: CommanderError): AppError {
  // Commander puts its guess ("Did you mean extract?") on a line of its own.
  const said = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const message = error.code === 'commander.help' ? 'A command is missing' : said;
  return new AppError('CONFIG_USAGE', message, { cause: error });
}

/** Looked up by hand, because a usage error leaves nothing parsed. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}
