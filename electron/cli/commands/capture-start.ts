import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { CaptureStatus } from '../../contract/capture-status.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import { followCapture } from '../capture/follow-capture.ts';
import { answerMonitor } from '../capture/metrics.ts';
import { startMetricsServer } from '../capture/metrics-server.ts';
import { addCaptureSpecOptions, captureSpecFrom, type CaptureSpecOptions } from '../capture/spec-options.ts';
import { savedSpec } from '../capture/saved-job.ts';
import { parseTableList, resolveTables } from '../capture/table-list.ts';
import type { CommandContext } from '../command-context.ts';
import { lendConf } from '../conf-file.ts';
import {
  addDestinationOptions,
  namesDestination,
  placeOf,
  type DestinationOptions,
} from '../destination-options.ts';
import { addObjectOptions } from '../object-options.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';
import { showPlan } from '../capture/show-plan.ts';

interface StartOptions extends SourceOptions, DestinationOptions, CaptureSpecOptions {
  readonly resnapshot?: boolean;
  readonly until?: string;
  readonly metricsPort?: string;
  readonly plan?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  sluice capture start --name orders --profile Shop --table Orders,Customers --s3 s3://lake/changes
  sluice capture start --name orders                     on with what is saved
  sluice capture start --name orders --until current     until everything up to now is durable
  sluice capture start --name orders --resnapshot        after the slot was lost
  sluice capture start --name orders --plan              what it would change on the server

Runs until SIGTERM or SIGINT, which end it in good order with exit code 0; a second SIGINT ends it at once. Passwords and
keys are not saved with a job: they come from the profile, --conf, PGPASSWORD, ~/.pgpass and the AWS default chain. With --json
each line is an event: started, streaming, snapshot, progress, entry, waiting, note, finished.
`;

/** `sluice capture start`: the job as a service of the system runs it. */
export function addCaptureStart(capture: Command, context: CommandContext): void {
  const { world } = context;
  const command = capture
    .command('start')
    .description('write what tables have, and then every change, to S3 or a folder')
    .requiredOption('--name <job>', 'name of the job; what it was started with is saved under it');
  addObjectOptions(addDestinationOptions(addSourceOptions(command)));
  addCaptureSpecOptions(command)
    .optionsGroup('How it runs:')
    .option('--resnapshot', 'make a new slot and read all tables again: after a slot was lost')
    .option('--until <lsn>', 'end when everything up to this LSN is durable; current: what there is now')
    .option('--plan', 'show every statement that would change the source, and change nothing')
    .option('--metrics-port <n>', '/healthz and /metrics (Prometheus) on 127.0.0.1')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .addHelpText('after', EXAMPLES)
    .action(async (options: StartOptions) => {
      const port =
        options.metricsPort === undefined
          ? undefined
          : parseWholeNumber(options.metricsPort, '--metrics-port', 0, 65_535);
      await withEngine(world, async (engine) => {
        const spec = await specOf(options, engine, context);
        const { until, resnapshot = false } = options;
        const input = { spec, resnapshot, ...(until === undefined ? {} : { until }) };
        if (options.plan === true) return await showPlan(engine, input, context, options.json === true);
        await startCapture(engine, input, context, { json: options.json === true, port });
      });
    });
}

/** Follows a capture, with its monitor where a port is given. */
export async function startCapture(
  engine: Engine,
  input: Parameters<typeof followCapture>[1],
  context: CommandContext,
  { json, port }: { readonly json: boolean; readonly port?: number | undefined },
): Promise<void> {
  let latest: CaptureStatus | undefined;
  const onStatus = (status: CaptureStatus) => {
    latest = status;
  };
  await using stack = new AsyncDisposableStack();
  if (port !== undefined) {
    const server = stack.use(await startMetricsServer(port, (path) => answerMonitor(path, latest)));
    context.world.err(`Metrics: http://127.0.0.1:${server.port}/metrics\n`);
  }
  await followCapture(engine, input, context, { json, onStatus });
}

async function specOf(
  options: StartOptions,
  engine: Engine,
  { world }: CommandContext,
): Promise<CaptureSpec> {
  const saved = await savedSpec(options.name, engine, world.interrupted);
  const conf = await lendConf(options, engine, world);
  const hasSource = options.profile !== undefined || options.pg !== undefined || conf?.source !== undefined;
  const source = hasSource ? await resolveSource(options, engine, world) : undefined;
  const hasPlace = namesDestination(options) || conf?.place !== undefined;
  const place = hasPlace ? await placeOf(options, engine, world, saved) : undefined;
  for (const warning of [source, place].flatMap((found) => found?.warnings ?? []))
    world.err(`warning: ${warning}\n`);
  const names = options.table === undefined ? undefined : parseTableList(options.table);
  const tables =
    names === undefined
      ? undefined
      : await tablesOf(names, source?.connectionId, saved, engine, world.interrupted);
  return captureSpecFrom(options, { source: source?.ref, destination: place?.destination, tables }, saved);
}

async function tablesOf(
  names: ReturnType<typeof parseTableList>,
  connectionId: string | undefined,
  saved: CaptureSpec | undefined,
  engine: Engine,
  signal: AbortSignal,
) {
  const id = connectionId ?? (saved === undefined ? undefined : await savedConnection(saved, engine, signal));
  if (id === undefined) throw new AppError('CONFIG_USAGE', 'Name the source: --profile NAME, or --pg URL');
  return await resolveTables(names, engine, id, signal);
}

async function savedConnection(
  saved: CaptureSpec,
  engine: Engine,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { source } = saved;
  if ('settings' in source) return engine.lend(source.settings, undefined);
  const { connections } = await callEngine(engine, 'profiles.list', {}, signal);
  return connections.find(({ name }) => name === source.profile)?.id;
}
