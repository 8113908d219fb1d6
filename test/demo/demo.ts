/**
 * `npm run demo`: Sluice with something to work on. Real Postgres binaries and an S3 server run in a temporary folder;
 * the profiles "Demo" lead to them.
 */
import { EXIT_CANCELLED } from '../../electron/contract/error-table.ts';
import { createHumanReporter } from '../../electron/cli/human-reporter.ts';
import { listenForInterrupts } from '../../electron/cli/interrupts.ts';
import type { RunOrigin } from '../../electron/contract/run.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import type { Log } from '../../electron/engine/ports.ts';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { describeLanded, extractOnce } from './once.ts';
import { openDesktop, openServed, usableElectron } from './open-app.ts';
import { parseOptions, USAGE, type DemoOptions } from './options.ts';
import { saveProfiles } from './profiles.ts';
import { ProgressLines } from './progress-lines.ts';
import { startWorld, type DemoWorld } from './world.ts';

// When the terminal is closed there is nobody to read, and the clean-up has to go on.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const lines = new ProgressLines(process.stderr);
const interrupted = listenForInterrupts((code) => process.exit(code));
const log: Log = {
  info: () => {},
  warn: (message) => lines.say(`warning: ${message}`),
  error: (message) => lines.say(`error: ${message}`),
};

async function demo(options: DemoOptions): Promise<void> {
  await using world = await startWorld({ lines, signal: interrupted, history: !options.once });
  if (options.once) await runOnce(world, options.json);
  else await runApp(world, options.browser);
  lines.say('Stopping Postgres and S3, removing the temporary folder …');
}

async function runOnce(world: DemoWorld, json: boolean): Promise<void> {
  await withEngine(world, 'cli', async (engine) => {
    await saveProfiles(engine, world, interrupted);
    const reporter = createHumanReporter({
      stderrIsTerminal: process.stderr.isTTY,
      columns: () => process.stderr.columns ?? 100,
      err: (text) => void process.stderr.write(text),
      monotonicMs: () => performance.now(),
    });
    const landed = await extractOnce(engine, world, reporter, interrupted);
    process.stdout.write(json ? `${JSON.stringify(landed)}\n` : describeLanded(landed));
  });
}

async function runApp(world: DemoWorld, browser: boolean): Promise<void> {
  const electron = browser ? undefined : usableElectron();
  if (electron === undefined) {
    await withEngine(world, 'served', async (engine) => {
      await saveProfiles(engine, world, interrupted);
      await openServed(engine, { log, lines }, interrupted);
    });
    return;
  }
  await withEngine(world, 'desktop', (engine) => saveProfiles(engine, world, interrupted));
  lines.say('Opening Sluice. Close its window, or press Ctrl-C here, to end the demo.');
  await openDesktop(electron, world, interrupted);
}

async function withEngine(
  { dataFolder }: DemoWorld,
  origin: RunOrigin,
  work: (engine: Engine) => Promise<void>,
): Promise<void> {
  const engine = createEngine({
    version: packageJson.version,
    platform: process.platform,
    origin,
    dataFolder,
    secrets: createKeyFileSecrets(dataFolder),
    log,
  });
  try {
    await work(engine);
  } finally {
    await engine.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(USAGE);
    else await demo(options);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return EXIT_CANCELLED;
    lines.say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof TypeError ? 2 : 1;
  }
}

process.exitCode = await main();
