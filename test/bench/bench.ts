/**
 * `npm run bench`: what Sluice does against what others do, side by side on one machine in one run. Absolute times
 * depend on the machine; the ratios are what counts. docs/benchmarks.md has the method and the last figures.
 */
import { EXIT_CANCELLED } from '../../electron/contract/error-table.ts';
import { listenForInterrupts } from '../../electron/cli/interrupts.ts';
import { ProgressLines } from '../demo/progress-lines.ts';
import { startBenchWorld } from './bench-world.ts';
import { markdownTable } from './figure.ts';
import {
  describeMachine,
  describeQuietness,
  machineFacts,
  QUIET_SHARE,
  watchMachine,
  type Quietness,
} from './machine.ts';
import type { Bench, Measurement, Outcome } from './measurement.ts';
import { measureBefore } from './measurements/before.ts';
import { measureCalls } from './measurements/calls.ts';
import { measureCapture } from './measurements/capture.ts';
import { measureCaptureSoak } from './measurements/capture-soak.ts';
import { measureDecode } from './measurements/decode.ts';
import { measureIncremental } from './measurements/incremental.ts';
import { measureMemory } from './measurements/memory.ts';
import { measurePreview } from './measurements/preview.ts';
import { measurePsql } from './measurements/psql.ts';
import { measurePython } from './measurements/python.ts';
import { parseOptions, USAGE, type BenchOptions, type MeasurementName } from './options.ts';
import { staleBuild } from './sluice-extract.ts';

const MEASUREMENTS: Readonly<Record<MeasurementName, Measurement>> = {
  psql: measurePsql,
  python: measurePython,
  memory: measureMemory,
  preview: measurePreview,
  calls: measureCalls,
  decode: measureDecode,
  capture: measureCapture,
  incremental: measureIncremental,
  before: measureBefore,
  'capture-soak': measureCaptureSoak,
};

interface Measured extends Outcome {
  readonly name: MeasurementName;
  /** How quiet the machine was before and after: what happens in between is our own work. */
  readonly quietness: readonly Quietness[];
}

const lines = new ProgressLines(process.stderr);
const interrupted = listenForInterrupts((code) => process.exit(code));

async function bench(options: BenchOptions): Promise<void> {
  const stale = staleBuild();
  if (stale !== undefined) lines.say(`WARNING: ${stale}`);
  await using world = await startBenchWorld(options.rows, lines, interrupted);
  const machine = await machineFacts(world.postgresVersion);
  const date = new Date().toISOString();
  lines.say(describeMachine(machine));
  const measured: Measured[] = [];
  for (const name of options.only) {
    measured.push(
      await measure(name, {
        world,
        rounds: options.rounds,
        minutes: options.minutes,
        than: options.than,
        lines,
        signal: interrupted,
      }),
    );
  }
  if (options.json) {
    const { rows, rounds } = options;
    process.stdout.write(`${JSON.stringify({ date, machine, rows, rounds, measured }, null, 2)}\n`);
    return;
  }
  const table = markdownTable(measured.flatMap(({ figures }) => figures));
  const notes = measured.flatMap(({ name, quietness, notes: own }) => [
    ...own,
    ...quietness
      .filter(({ busy }) => busy > QUIET_SHARE)
      .map((loud) => `${name}: ${describeQuietness(loud)}`),
  ]);
  const head = `${date.slice(0, 10)}, ${options.rows.toLocaleString('en')} rows, ${options.rounds} rounds`;
  console.log([head, describeMachine(machine), ...notes, '', table].join('\n'));
}

async function measure(name: MeasurementName, context: Bench): Promise<Measured> {
  const before = await watchMachine(context.signal);
  lines.say(`${name}: ${describeQuietness(before)}`);
  const outcome = await MEASUREMENTS[name](context);
  const after = await watchMachine(context.signal);
  lines.say(`  afterwards ${describeQuietness(after)}`);
  return { name, quietness: [before, after], ...outcome };
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(USAGE);
    else await bench(options);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return EXIT_CANCELLED;
    lines.say(`The bench failed: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof TypeError ? 2 : 1;
  }
}

process.exitCode = await main();
