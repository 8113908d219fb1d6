/** States of incremental jobs, and what their next runs would take: one for each table that screens are looked at with. */
import { AppError } from '../../electron/contract/app-error.ts';
import type { ExtractSpec } from '../../electron/contract/extract-spec.ts';
import type { WatermarkLook } from '../../electron/contract/watermark-look.ts';
import type { Trace, WatermarkState } from '../../electron/contract/watermark-state.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';

type WatermarkCalls = Pick<
  CallHandlers,
  'watermark.get' | 'watermark.look' | 'watermark.reset' | 'watermark.rewind'
>;

const URI = 's3://lake/_sluice/job/state.json';
const RUNS = ['20261122T093000Z-4f3a9c21', '20261122T091500Z-11aa22bb', '20261121T180000Z-0000beef'] as const;

/** The job `Orders to the lake` has run; others have not. A destination that does not answer: a job with `unreachable` in its name. */
export const fakeWatermarks: WatermarkCalls = {
  'watermark.get': async ({ spec }) => ({ uri: URI, state: stateOf(spec) }),
  'watermark.reset': async ({ spec }) => ({ uri: URI, state: edited(stateOf(spec), null) }),
  'watermark.rewind': async ({ spec, runId }) => {
    const state = stateOf(spec);
    return { uri: URI, state: edited(state, state?.position === null ? null : runId) };
  },
  'watermark.look': async ({ spec, count }) => lookOf(spec, count === 'always'),
};

function stateOf(spec: ExtractSpec): WatermarkState | null {
  if (spec.name?.includes('unreachable'))
    throw new AppError('DEST_UNREACHABLE', 'The endpoint http://127.0.0.1:9 does not answer.');
  if (spec.name !== 'Orders to the lake' || spec.watermark === undefined) return null;
  const run = (runId: string, at: string, rows: number): Trace => ({
    kind: 'run',
    at,
    runId,
    pass: rows > 1_000_000 ? 'full' : 'incremental',
    from: null,
    to: '2026-11-22 09:29:58.123456+00',
    rows,
    promise: 'exactly-once',
  });
  return {
    version: 1,
    job: spec.name,
    relation: { schema: 'public', name: 'orders_history' },
    watermark: spec.watermark,
    where: null,
    fenced: true,
    writeId: 'x',
    claim: null,
    position: {
      runId: RUNS[0],
      at: '2026-11-22T09:30:02.000Z',
      column: spec.watermark.column,
      mode: 'exact',
      watermark: '2026-11-22 09:29:58.123456+00',
      cluster: { systemIdentifier: '7312345678901234567', timeline: 1, database: 'shop' },
      standby: false,
      floor: '812345',
      ceiling: '812346',
      lsn: '16/B374D848',
      seen: [],
      scanFrom: '2026-11-22T08:29:57.000Z',
    },
    trace: [
      run(RUNS[2], '2026-11-21T18:00:20.000Z', 4_812_345),
      {
        kind: 'takeover',
        at: '2026-11-22T09:15:00.000Z',
        by: 'process 77 on night',
        runId: RUNS[1],
        outcome: 'dropped',
      },
      run(RUNS[1], '2026-11-22T09:15:03.000Z', 12_311),
      run(RUNS[0], '2026-11-22T09:30:02.000Z', 1_284),
    ],
  };
}

function edited(state: WatermarkState | null, toRunId: string | null): WatermarkState | null {
  if (state === null) throw new AppError('DEST_NO_JOB', 'There is no state of this job.');
  const entry = { at: new Date().toISOString(), by: 'process 4711 on this computer' };
  const position = toRunId === null || state.position === null ? null : { ...state.position, runId: toRunId };
  const trace: Trace = toRunId === null ? { kind: 'reset', ...entry } : { kind: 'rewind', ...entry, toRunId };
  return { ...state, position, trace: [...state.trace, trace] };
}

function lookOf(spec: ExtractSpec, always: boolean): WatermarkLook {
  const { watermark, selection, name = 'job' } = spec;
  const column = watermark?.column ?? '';
  if ('table' in selection && selection.table.name === 'overestimated')
    throw new AppError('SOURCE_PERMISSION_DENIED', 'permission denied for table overestimated');
  const first = stateOf(spec) === null;
  const indexed = column === 'changed_at' || column === 'LastUpdated' || column === 'id';
  return {
    job: name,
    pass: first ? 'full' : 'incremental',
    promise: watermark?.mode === 'greater' ? 'may-skip' : 'exactly-once',
    reasons: [],
    assumes: first
      ? []
      : [
          `No row has a ${column} that is more than 1 hour older than the start of the transaction that wrote it.`,
        ],
    warnings: indexed || first ? [] : [`No index begins with "${column}": each run reads the whole table.`],
    from: first ? null : '2026-11-22 09:29:58.123456+00',
    fromAt: first ? null : '2026-11-22T09:30:02.000Z',
    rows: always || (indexed && !first) ? (first ? 1_000_000 : 1_284) : null,
    estimatedRows: first ? 1_000_000 : 1_400,
    nulls: always || indexed ? 12 : null,
    indexed,
    cost: indexed ? 1_234.5 : 184_321.75,
    sessions: [
      {
        pid: 4711,
        application: 'nightly import of the warehouse in the north',
        user: 'etl_writer',
        ageMs: 5_412_000,
        writes: true,
      },
      { pid: 512, application: 'psql', user: 'ann', ageMs: 42_000, writes: true },
      { pid: 601, application: '', user: 'reporting', ageMs: 800, writes: false },
    ],
  };
}
