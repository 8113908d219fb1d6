import type { Command } from 'commander';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { parseInput } from '../../contract/parse-input.ts';
import { extractSpecSchema } from '../../contract/extract-spec.ts';
import type { WatermarkLook } from '../../contract/watermark-look.ts';
import { PROMISE_SENTENCES, type Trace, type WatermarkState } from '../../contract/watermark-state.ts';
import { formatExact } from '../amounts.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { addConfOption, lendConf, type ConfOptions } from '../conf-file.ts';
import { jsonLine } from '../json-lines.ts';
import { runJob } from '../run-job.ts';
import { withEngine } from '../with-engine.ts';
import { readInput, specFromFile } from './run.ts';

interface Options extends ConfOptions {
  readonly json?: boolean;
}

/** `sluice watermark …`: how far an incremental job is, what is new, and how to go back. */
export function addWatermark(program: Command, context: CommandContext): void {
  const { world } = context;
  const watermark = program
    .command('watermark')
    .description('how far an incremental job is, and how to go back');
  const jobCommand = (name: string, description: string) =>
    addConfOption(
      watermark
        .command(name)
        .description(description)
        .argument('<job>', 'the job, a .json file; - for stdin'),
      'secrets',
    ).option('--json', 'write JSON to stdout');

  jobCommand('status', 'the state of the job at its destination').action(
    async (file: string, options: Options) => {
      const spec = await readSpec(file, context);
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        showState(await callEngine(engine, 'watermark.get', { spec }, world.interrupted), options, context);
      });
    },
  );
  jobCommand('look', 'what the next run would take, and which sessions are still writing').action(
    async (file: string, options: Options) => {
      const spec = await readSpec(file, context);
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        const look = await callEngine(engine, 'watermark.look', { spec }, world.interrupted);
        world.out(options.json === true ? jsonLine({ type: 'look', ...look }) : lookText(look));
      });
    },
  );
  jobCommand('reset', 'let the next run begin again with all rows').action(
    async (file: string, options: Options) => {
      const spec = await readSpec(file, context);
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        showState(await callEngine(engine, 'watermark.reset', { spec }, world.interrupted), options, context);
      });
    },
  );
  jobCommand('rewind', 'let the next run go on from where an earlier one had ended')
    .requiredOption('--to <run>', 'the id of that run')
    .action(async (file: string, options: Options & { to: string }) => {
      const spec = await readSpec(file, context);
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        const input = { spec, runId: options.to };
        showState(await callEngine(engine, 'watermark.rewind', input, world.interrupted), options, context);
      });
    });
  jobCommand('backfill', 'read a range again; the position stays where it is')
    .option('--from <value>', 'rows at or above this value of the watermark')
    .option('--to <value>', 'rows below this value')
    .action(async (file: string, options: Options & { from?: string; to?: string }) => {
      const { from, to, json } = options;
      const spec = await readSpec(file, context);
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const backfill = parseInput(extractSpecSchema, { ...spec, watermark: { ...spec.watermark, range } });
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        await runJob(engine, backfill, context, { json: json === true });
      });
    });
}

async function readSpec(file: string, context: CommandContext): Promise<ExtractSpec> {
  return specFromFile(await readInput(file, context), file, context.world.cwd);
}

function showState(
  answer: { readonly uri: string; readonly state: WatermarkState | null },
  { json }: Options,
  { world }: CommandContext,
): void {
  world.out(json === true ? jsonLine({ type: 'state', ...answer }) : stateText(answer));
}

function stateText({ uri, state }: { readonly uri: string; readonly state: WatermarkState | null }): string {
  if (state === null) return `There is no state yet: the next run takes all rows.\n${uri}\n`;
  const { claim, position, fenced, trace } = state;
  const lines = [
    `Job        ${state.job}`,
    `State      ${uri}${fenced ? '' : ' (nothing keeps two runs apart here)'}`,
    `Watermark  ${state.watermark.column}, ${state.watermark.mode}`,
    `Position   ${position === null ? 'none: the next run takes all rows' : `${position.watermark ?? 'no value yet'}, after run ${position.runId}`}`,
    ...(claim === null ? [] : [`Held by    process ${claim.pid} on ${claim.host} since ${claim.claimedAt}`]),
    ...trace.slice(-10).map((entry) => `  ${entry.at}  ${traceText(entry)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function traceText(entry: Trace): string {
  switch (entry.kind) {
    case 'run':
      return `run ${entry.runId}: ${formatExact(entry.rows)} rows, ${entry.pass}, ${PROMISE_SENTENCES[entry.promise]}`;
    case 'rewind':
      return `rewound to ${entry.toRunId} by ${entry.by}`;
    case 'reset':
      return `reset by ${entry.by}`;
    case 'takeover':
      return `run ${entry.runId} had died and was ${entry.outcome} by ${entry.by}`;
  }
}

function lookText(look: WatermarkLook): string {
  const rows =
    look.rows === null
      ? `counting took too long${look.estimatedRows === null ? '' : `; the planner expects ${formatExact(Math.round(look.estimatedRows))} rows`}`
      : `${formatExact(look.rows)} rows`;
  const lines = [
    `The next run takes ${look.pass === 'full' ? 'all' : 'what is new'}: ${rows}, ${PROMISE_SENTENCES[look.promise]}.`,
    ...look.reasons.map((reason) => `  because ${reason}`),
    ...look.assumes.map((assumed) => `  given that: ${assumed}`),
    ...look.warnings.map((warning) => `  ${warning}`),
    ...(look.indexed || look.cost === null
      ? []
      : [`  The planner's cost is ${formatExact(Math.round(look.cost))}.`]),
    ...(look.sessions.length === 0 ? [] : ['Open transactions:']),
    ...look.sessions.map(
      ({ pid, application, user, ageMs, writes }) =>
        `  ${pid}  ${application === '' ? '-' : application}  ${user}  ${Math.round(ageMs / 1000)} s${writes ? ', has written' : ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
