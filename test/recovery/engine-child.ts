/**
 * An engine in a process of its own, to be killed. Runs the job that is given on the command line, tells its id and
 * how it ended as lines of JSON, and how much memory the process took at the most.
 */
import { CALLS } from '../../electron/contract/calls.ts';
import { parseInput } from '../../electron/contract/parse-input.ts';
import { isActive } from '../../electron/contract/run.ts';
import type { EngineDeps } from '../../electron/engine/engine-api.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';

const [dataFolder = '', spec = '{}', readLimits = '{}'] = process.argv.slice(2);
const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const silent = () => undefined;
const engine = createEngine({
  version: '0.0.0',
  platform: 'test',
  origin: 'cli',
  dataFolder,
  secrets: createKeyFileSecrets(dataFolder),
  readLimits: JSON.parse(readLimits) as NonNullable<EngineDeps['readLimits']>,
  log: { info: silent, warn: silent, error: silent },
});
const context = { signal: new AbortController().signal };

const ended = Promise.withResolvers<void>();
let runId: string | undefined;
engine.subscribe((event) => {
  if (event.type !== 'run' || isActive(event.run.state)) return;
  if (runId !== undefined && event.run.id !== runId) return;
  tell({ ended: event.run.state });
  ended.resolve();
});
({ runId } = await engine.calls['jobs.start'](
  parseInput(CALLS['jobs.start'].input, { spec: JSON.parse(spec) as unknown }),
  context,
));
tell({ runId });
process.stdin.once('data', () => {
  void engine.calls['runs.cancel']({ runId: runId ?? '' }, context);
});
await ended.promise;
await engine.close();
// In kilobytes on every system. https://nodejs.org/api/process.html#processresourceusage
tell({ peakBytes: process.resourceUsage().maxRSS * 1024 });
process.exit(0);
