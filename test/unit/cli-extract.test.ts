import { describe, expect, it, vi } from 'vitest';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { RunState } from '../../electron/contract/run.ts';
import type { TypeReport } from '../../electron/contract/type-report.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { cliWorld, RUN_ID, runIn } from '../fakes/cli-world.ts';
import { logEvent, progressEvent } from '../fakes/host-engine.ts';

const PG = ['--pg', 'postgres://me:pw@db/shop', '--table', 'Orders', '--s3', 's3://lake/in'];
const FINISHED_AT = '2026-11-22T09:30:02.500Z';

const succeeded: RunState = {
  tag: 'succeeded',
  finishedAt: FINISHED_AT,
  rows: 5,
  bytes: 162,
  objects: [
    { key: 'in/o.csv', uri: 's3://lake/in/o.csv', rows: 5, bytes: 162, etag: 'e', crc32: 'AAAAAA==' },
  ],
  manifest: 's3://lake/in/_sluice/manifest.json',
};
const failed: RunState = {
  tag: 'failed',
  finishedAt: FINISHED_AT,
  error: toWireError(new AppError('SOURCE_NO_RELATION', 'There is no table "Orders"')),
};
const cancelled: RunState = { tag: 'cancelled', finishedAt: FINISHED_AT };

/** A world in which a run starts, and the test says what becomes of it. */
function withRun(happens: (emit: ReturnType<typeof cliWorld>) => void, more: Partial<CallHandlers> = {}) {
  const start = vi.fn<CallHandlers['jobs.start']>(() => {
    setTimeout(() => happens(world), 5);
    return Promise.resolve({ runId: RUN_ID });
  });
  const world: ReturnType<typeof cliWorld> = cliWorld({
    'jobs.start': start,
    'runs.get': () =>
      Promise.resolve({ run: runIn({ tag: 'running', phase: 'connect' }), log: [], manifest: null }),
    ...more,
  });
  return { ...world, start };
}
const ends = (state: RunState) => withRun((world) => world.emit({ type: 'run', run: runIn(state) }));

describe('sluice extract', () => {
  it('starts the job that was asked for, with a password that is not in it', async () => {
    const { run, start, lent, opened, closedEngines } = ends(succeeded);
    expect((await run('extract', ...PG)).exitCode).toBe(0);
    const settings = { host: 'db', port: 5432, database: 'shop', user: 'me', tls: 'prefer' };
    expect(lent).toEqual([{ settings, password: 'pw' }]);
    expect(start.mock.calls[0]?.[0].spec).toMatchObject({
      source: { settings },
      selection: { table: { name: 'Orders' } },
      destination: { s3: { bucket: 'lake', prefix: 'in', credentials: { kind: 'default' } } },
    });
    expect(JSON.stringify(start.mock.calls)).not.toContain('pw');
    expect([opened, closedEngines()]).toEqual([['cli'], 1]);
  });

  it('tells a person on stderr only', async () => {
    const { out, err } = await ends(succeeded).run('extract', ...PG);
    expect(out).toBe('');
    expect(err).toBe(
      [
        `Run ${RUN_ID}`,
        'Extracted 5 rows, 162 B, in 2.5 s',
        '  s3://lake/in/o.csv  5 rows, 162 B',
        'Manifest: s3://lake/in/_sluice/manifest.json',
        '',
      ].join('\n'),
    );
  });

  it('writes JSON events to stdout only, the last as scripts expect it', async () => {
    const { run } = withRun((world) => {
      world.emit({ type: 'run', run: runIn({ tag: 'running', phase: 'transfer' }) });
      world.emit(progressEvent(RUN_ID, 3));
      world.emit(logEvent(RUN_ID, 'half way'));
      world.emit(logEvent('20261122T093000Z-00000000', 'of another run'));
      world.emit({ type: 'profiles' });
      world.emit({ type: 'run', run: runIn(succeeded) });
    });
    const { out, err, events } = await run('extract', ...PG, '--json');
    expect(err).toBe('');
    expect(events.map(({ type }) => type)).toEqual(['started', 'phase', 'progress', 'log', 'finished']);
    expect(events.every(({ runId }) => runId === RUN_ID)).toBe(true);
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      `{"type":"finished","outcome":"succeeded","runId":"${RUN_ID}","rows":5,"bytes":162,"objects":[{"key":"in/o.csv","rows":5,"bytes":162,"etag":"e"}],"manifest":"s3://lake/in/_sluice/manifest.json","durationMs":2500}`,
    );
  });

  it.each([
    [failed, 3, 'failed'],
    [cancelled, 130, 'cancelled'],
  ])('says how it ended: %j', async (state, exitCode, outcome) => {
    const human = await ends(state).run('extract', ...PG);
    expect(human.exitCode).toBe(exitCode);
    const json = await ends(state).run('extract', ...PG, '--json');
    expect(json.exitCode).toBe(exitCode);
    expect(json.events.at(-1)).toMatchObject({
      type: 'finished',
      outcome,
      runId: RUN_ID,
      rows: 0,
      objects: [],
    });
  });

  it('tells an error with its hint and code', async () => {
    const { err } = await ends(failed).run('extract', ...PG);
    expect(err).toContain('error: There is no table "Orders"\nhint:  Check schema');
    expect(err).toContain('\ncode:  SOURCE_NO_RELATION\n');
    expect((await ends(failed).run('extract', ...PG, '--json')).events.at(-1)).toMatchObject({
      error: { code: 'SOURCE_NO_RELATION', message: 'There is no table "Orders"', hint: expect.any(String) },
    });
  });

  it('hears a run that ends before its id is known', async () => {
    const world = cliWorld({
      'jobs.start': () => {
        world.emit({ type: 'run', run: runIn(succeeded) });
        return Promise.resolve({ runId: RUN_ID });
      },
      'runs.get': () =>
        Promise.resolve({ run: runIn({ tag: 'running', phase: 'connect' }), log: [], manifest: null }),
    });
    expect((await world.run('extract', ...PG)).exitCode).toBe(0);
  });

  it('asks for a run whose end nobody told', async () => {
    const get = () => Promise.resolve({ run: runIn(failed), log: [], manifest: null });
    const { run } = withRun(() => undefined, { 'runs.get': get });
    expect((await run('extract', ...PG)).exitCode).toBe(3);
  });

  it('cancels the run at the first interrupt, and waits for its end', async () => {
    const cancel = vi.fn<CallHandlers['runs.cancel']>(() => {
      setTimeout(() => world.emit({ type: 'run', run: runIn(cancelled) }), 5);
      return Promise.resolve({ state: { tag: 'cancelling' } });
    });
    const world = withRun(({ interrupt }) => interrupt(), { 'runs.cancel': cancel });
    const { exitCode, err } = await world.run('extract', ...PG);
    expect([exitCode, cancel.mock.calls[0]?.[0]]).toEqual([130, { runId: RUN_ID }]);
    expect(err).toContain('Cancelled after');
  });

  it('cancels a run that was interrupted while it started', async () => {
    const cancel = vi.fn<CallHandlers['runs.cancel']>(() => {
      world.emit({ type: 'run', run: runIn(cancelled) });
      return Promise.resolve({ state: cancelled });
    });
    const world = withRun(() => undefined, {
      'runs.cancel': cancel,
      'jobs.start': () => {
        world.interrupt();
        return Promise.resolve({ runId: RUN_ID });
      },
    });
    expect((await world.run('extract', ...PG)).exitCode).toBe(130);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('reports a job that cannot start as one that failed without a run', async () => {
    const calls: Partial<CallHandlers> = {
      'jobs.start': () => Promise.reject(new AppError('CONFIG_PROFILE_NOT_FOUND', 'There is no "Lake"')),
    };
    const { exitCode, events } = await cliWorld(calls).run('extract', ...PG, '--json');
    expect(exitCode).toBe(2);
    expect(events).toEqual([
      expect.objectContaining({
        type: 'finished',
        outcome: 'failed',
        runId: null,
        rows: 0,
        bytes: 0,
        objects: [],
        manifest: null,
        durationMs: expect.any(Number),
        error: expect.objectContaining({ code: 'CONFIG_PROFILE_NOT_FOUND' }),
      }),
    ]);
  });

  it('draws one line on a terminal, and clears it before the summary', async () => {
    const { run } = withRun((world) => {
      world.emit(progressEvent(RUN_ID, 1));
      world.emit({ type: 'run', run: runIn(succeeded) });
    });
    const plain = await run('extract', ...PG);
    expect(plain.err).not.toContain('\u001b');
    let clock = 0;
    const world = cliWorld(
      {
        'jobs.start': () => {
          setTimeout(() => {
            world.emit(progressEvent(RUN_ID, 1));
            world.emit({ type: 'run', run: runIn(succeeded) });
          }, 5);
          return Promise.resolve({ runId: RUN_ID });
        },
        'runs.get': () =>
          Promise.resolve({ run: runIn({ tag: 'running', phase: 'connect' }), log: [], manifest: null }),
      },
      { stderrIsTerminal: true, monotonicMs: () => (clock += 200) },
    );
    const { err } = await world.run('extract', ...PG);
    const erase = '\r\u001b[K';
    expect(err).toContain(`${erase}Extracting  1 rows`);
    expect(err).toContain(`${erase}Extracted 5 rows`);
  });
});

describe('sluice extract --plan', () => {
  const report: TypeReport = {
    relation: { schema: 'public', name: 'Orders' },
    columns: [
      { name: 'Id', type: 'integer', target: 'INT32', notes: [] },
      {
        name: 'At',
        type: 'date',
        target: 'DATE',
        notes: [
          { severity: 'lossy', text: 'DATE has no infinity: such a value ends the run.', count: 2 },
          { severity: 'note', text: 'Years before 1 are kept.', count: 0 },
        ],
      },
    ],
    estimatedRows: 5,
    workers: 1,
    warnings: ['One worker reads: it is small.'],
    refusals: [{ column: 'At', reason: 'DATE has no infinity.', when: 'value', acceptable: true }],
    counted: true,
  };
  const planned = () => {
    const plan = vi.fn<CallHandlers['extract.plan']>(() => Promise.resolve(report));
    return { ...cliWorld({ 'extract.plan': plan }), plan };
  };
  const TABLE = ['--pg', 'postgres://me@db/shop', '--table', 'Orders', '--format', 'parquet'];

  it('needs no destination, starts nothing, and tells a person', async () => {
    const { run, plan } = planned();
    const { exitCode, out, err } = await run('extract', ...TABLE, '--plan', '--count');
    expect(exitCode).toBe(0);
    expect(plan.mock.calls[0]?.[0]).toMatchObject({ count: true, spec: { format: { kind: 'parquet' } } });
    expect(err).toBe('warning: One worker reads: it is small.\n');
    expect(out).toBe(`public.Orders: about 5 rows, read by 1 connection

column  type     becomes
------  -------  -------
Id      integer  INT32
At      date     DATE
  ! DATE has no infinity: such a value ends the run. (2 rows)

The run would refuse:
  At: DATE has no infinity. (at the first such value; --accept-lossy lets it go on)
`);
  });

  it('writes one event and the last one for programs', async () => {
    const { events } = await planned().run('extract', ...TABLE, '--plan', '--json');
    expect(events).toMatchObject([
      { type: 'plan', ...report },
      { type: 'finished', outcome: 'succeeded' },
    ]);
  });

  it('refuses --count without it', async () => {
    const { exitCode, err } = await planned().run('extract', ...TABLE, '--dir', 'x', '--count');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--count goes with --plan')]);
  });
});

describe('sluice run', () => {
  it('runs the job of a file', async () => {
    const job = {
      source: { profile: 'Demo' },
      selection: { query: 'SELECT 1' },
      destination: { folder: 'out' },
    };
    const start = vi.fn<CallHandlers['jobs.start']>(() => Promise.resolve({ runId: RUN_ID }));
    const { run } = cliWorld(
      {
        'jobs.start': start,
        'runs.get': () => Promise.resolve({ run: runIn(succeeded), log: [], manifest: null }),
      },
      { readTextFile: (file) => Promise.resolve(file === '/here/job.json' ? JSON.stringify(job) : '') },
    );
    const { exitCode, events } = await run('run', 'job.json', '--json');
    expect([exitCode, events.at(-1)?.['outcome']]).toEqual([0, 'succeeded']);
    expect(start.mock.calls[0]?.[0].spec).toMatchObject({ ...job, destination: { folder: '/here/out' } });
  });

  it('says which file is missing', async () => {
    const { exitCode, err } = await cliWorld().run('run', 'job.json');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('job.json cannot be read')]);
  });
});
