/** Saved jobs and their states in memory, for tests of the renderer. */
import { AppError } from '../../electron/contract/app-error.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { extractSpecSchema, type ExtractSpec } from '../../electron/contract/extract-spec.ts';
import type { SavedJob } from '../../electron/contract/saved-job.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';

type SavedJobCalls = Pick<
  CallHandlers,
  'savedJobs.list' | 'savedJobs.save' | 'savedJobs.remove' | 'savedJobs.setTimer'
>;

const HOUR_MS = 3_600_000;

/** @param sample true: a few jobs are there already */
export function fakeSavedJobs(emit: (event: EngineEvent) => void, sample: boolean): SavedJobCalls {
  const jobs = new Map((sample ? sampleJobs() : []).map((job) => [job.name, job]));
  const put = (job: SavedJob): SavedJob => {
    jobs.set(job.name, job);
    emit({ type: 'savedJobs' });
    return job;
  };
  const find = (name: string): SavedJob => {
    const job = jobs.get(name);
    if (job === undefined)
      throw new AppError('CONFIG_JOB_NOT_FOUND', `There is no saved job named "${name}".`);
    return job;
  };
  return {
    'savedJobs.list': async () => ({
      jobs: [...jobs.values()],
      broken: sample
        ? [{ file: '/home/ann/.config/Sluice/jobs/by hand.json', problem: 'spec.source: must be an object' }]
        : [],
    }),
    'savedJobs.save': async ({ spec, replace }) => {
      const name = spec.name ?? '';
      const before = jobs.get(name);
      if (before !== undefined && !replace)
        throw new AppError('CONFIG_JOB_EXISTS', `name: a job named "${name}" is saved already`, {
          details: { field: 'spec.name' },
        });
      return put({ ...(before ?? jobOf(name, spec)), spec });
    },
    'savedJobs.remove': async ({ name }) => {
      jobs.delete(find(name).name);
      emit({ type: 'savedJobs' });
      return {};
    },
    'savedJobs.setTimer': async ({ name, when }) =>
      put({
        ...find(name),
        timer:
          when === null
            ? null
            : { when, nextAt: new Date(Date.now() + HOUR_MS / 4).toISOString(), last: null },
      }),
  };
}

function jobOf(name: string, spec: ExtractSpec): SavedJob {
  return { name, file: `/home/ann/.config/Sluice/jobs/${name}.json`, spec, timer: null, known: null };
}

function sampleJobs(): readonly SavedJob[] {
  const spec = (name: string, rest: object) =>
    extractSpecSchema.parse({
      name,
      source: { profile: 'Demo' },
      selection: { table: { schema: 'public', name: 'orders_history' } },
      destination: { profile: 'Demo' },
      ...rest,
    });
  const incremental = { mode: 'incremental', watermark: { column: 'changed_at' } };
  const now = Date.now();
  const ago = (hours: number) => new Date(now - hours * HOUR_MS).toISOString();
  const long =
    'everything that the shop in the north has sold since its accounts were moved to the new ledger';
  const orders = jobOf('Orders to the lake', spec('Orders to the lake', incremental));
  return [
    {
      ...orders,
      timer: {
        when: { kind: 'every', minutes: 15 },
        nextAt: new Date(now + HOUR_MS / 10).toISOString(),
        last: {
          at: ago(0.15),
          due: ago(0.15),
          outcome: 'skipped',
          runId: null,
          reason: 'the run before was still going on',
          missed: 2,
        },
      },
      known: {
        at: ago(1),
        runId: '20261122T093000Z-4f3a9c21',
        watermark: '2026-11-22 09:29:58.123456+00',
        promise: 'exactly-once',
      },
    },
    {
      ...jobOf(long, spec(long, { ...incremental, watermark: { column: 'id', mode: 'greater' } })),
      timer: {
        when: { kind: 'daily', at: '03:30' },
        nextAt: new Date(now + 9 * HOUR_MS).toISOString(),
        last: null,
      },
    },
    jobOf('prices', spec('prices', { destination: { folder: '/data' } })),
  ];
}
