/**
 * `npm run postgres -- 16`: brings another major version of Postgres into node_modules, for `SLUICE_TEST_POSTGRES=16`.
 * package.json and the lock file stay as they are.
 */
import { spawnSync } from 'node:child_process';
import { OLDER_SERVERS, PLATFORM } from './server-programs.ts';

const majors = process.argv.slice(2);
const known = Object.keys(OLDER_SERVERS);
const unknown = majors.filter((major) => !known.includes(major));
if (majors.length === 0 || unknown.length > 0) {
  console.error(`Name major versions of Postgres: ${known.join(', ')}. The newest one is there already.`);
  process.exit(2);
}
const packages = majors.map((major) => `postgres-${major}@npm:${PLATFORM}@${OLDER_SERVERS[major] ?? ''}`);
const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', ...packages], {
  stdio: 'inherit',
  // On Windows npm is a script, which only a shell starts. What it is given are versions from the list above.
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
