import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import { exitCodeOf } from '../../contract/error-table.ts';
import type { Verification } from '../../contract/verification.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import type { CallInput } from '../../contract/calls.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { lendConf, placeWarnings } from '../conf-file.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { captureAddress, type CaptureAddress, type CaptureAddressOptions } from '../capture-address.ts';
import { addManifestOptions, manifestInput } from '../manifest-address.ts';
import { resolveSource, type SourceOptions } from '../source-options.ts';
import { showCaptureJson, showCaptureText } from '../verified-capture.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

interface VerifyOptions extends CaptureAddressOptions, SourceOptions {
  readonly wait?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  sluice verify s3://lake/_sluice/runs/20261122T093000Z-4f3a9c21/manifest.json
  sluice verify s3://lake/changes --job orders                  all files of a capture
  sluice verify s3://lake/changes --job orders --profile Shop   and what they come to, row by row
  sluice verify --job orders --conf pipeline.conf               the same with bucket, keys and source of a file
`;

/**
 * `sluice verify MANIFEST`: reads the objects of a run again and proves rows, bytes and checksums. With a job, does so with
 * all that a capture has written, and compares it with the tables.
 */
export function addVerify(program: Command, context: CommandContext): void {
  const { world } = context;
  const command = program
    .command('verify')
    .description('read the objects of a run or a capture again, and prove rows, bytes and checksums')
    .argument(
      '[address]',
      's3://bucket/…/manifest.json or …/checkpoint.json, a file, or the place of a capture',
    )
    .option('--job <name>', 'a capture: the log, all objects, and what they come to')
    .option('--profile <name>', 'compare what a capture comes to with the tables of this saved connection')
    .option('--pg <url>', 'or of this database')
    .option('--wait <seconds>', 'how long to wait for a capture that lags (default: 60)');
  addManifestOptions(command, 'both')
    .option('--requester-pays', 'accept to pay for requests and traffic')
    .option('--json', 'write one JSON event a line to stdout: object, finished')
    .addHelpText('after', EXAMPLES)
    .action(async (address: string | undefined, options: VerifyOptions) => {
      await withEngine(world, async (engine) => {
        const conf = await lendConf(options, engine, world);
        const { env, cwd } = world;
        const opened = conf?.place?.settings;
        const capture = captureAddress(address, options, env, cwd, opened);
        const input = capture ?? manifestInput(address ?? '', options, env, cwd, opened);
        for (const warning of placeWarnings(input.destination, conf)) world.err(`warning: ${warning}\n`);
        await ('manifestKey' in input
          ? verifyRun(engine, input, options, context)
          : verifyJob(engine, input, options, context, conf?.source !== undefined));
      });
    });
}

async function verifyRun(
  engine: Engine,
  input: CallInput<'manifests.verify'>,
  options: VerifyOptions,
  context: CommandContext,
): Promise<void> {
  const { world } = context;
  if (options.profile !== undefined || options.pg !== undefined)
    throw new AppError(
      'CONFIG_USAGE',
      '--profile and --pg go with --job: a run is compared with its manifest',
    );
  const startedMs = world.monotonicMs();
  const found = await callEngine(engine, 'manifests.verify', input, world.interrupted);
  if (options.json === true) showJson(found, world.monotonicMs() - startedMs, context);
  else showText(found, context);
  if (!found.proved) context.exitWith(exitCodeOf('DATA_NOT_PROVED'));
}

async function verifyJob(
  engine: Engine,
  address: CaptureAddress,
  options: VerifyOptions,
  context: CommandContext,
  fileHasSource: boolean,
): Promise<void> {
  const { world } = context;
  const startedMs = world.monotonicMs();
  const waitSeconds = options.wait === undefined ? 60 : parseWholeNumber(options.wait, '--wait', 0, 86_400);
  const compares = options.profile !== undefined || options.pg !== undefined || fileHasSource;
  const source = compares ? await resolveSource(options, engine, world) : undefined;
  for (const warning of source?.warnings ?? []) world.err(`warning: ${warning}\n`);
  const input = { ...address, waitSeconds, ...(source && { source: source.ref }) };
  const found = await callEngine(engine, 'capture.verify', input, world.interrupted);
  if (options.json === true) showCaptureJson(found, world.monotonicMs() - startedMs, world);
  else showCaptureText(found, world);
  if (!found.proved) context.exitWith(exitCodeOf('DATA_NOT_PROVED'));
}

function showJson(found: Verification, durationMs: number, { world }: CommandContext): void {
  for (const object of found.objects) world.out(jsonLine({ type: 'object', ...object }));
  const outcome = found.proved ? 'succeeded' : 'failed';
  const { rows, bytes, runId } = found;
  world.out(jsonLine({ ...finishedWithoutRun(outcome, durationMs, { rows }), runId, bytes }));
}

function showText(found: Verification, { world }: CommandContext): void {
  for (const { key, rows, bytes, problem } of found.objects) {
    const verdict = problem === null ? 'as it should be' : `WRONG: ${problem}`;
    world.out(`${key}  ${formatExact(rows)} rows, ${formatBytes(bytes)}  ${verdict}\n`);
  }
  const count = found.objects.length === 1 ? 'the object is' : `the ${found.objects.length} objects are`;
  world.err(
    found.proved
      ? `Proved: ${count} what the manifest says, ${formatExact(found.rows)} rows\n`
      : 'Not proved: do not rely on these objects\n',
  );
}
