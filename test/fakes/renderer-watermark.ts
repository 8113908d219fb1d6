import type { CallHandlers } from '../../electron/engine/call-handlers.ts';

type WatermarkCalls = Pick<
  CallHandlers,
  'watermark.get' | 'watermark.look' | 'watermark.reset' | 'watermark.rewind'
>;

/** Jobs that have never run. */
export const fakeWatermarks: WatermarkCalls = {
  'watermark.get': () => Promise.resolve(noState),
  'watermark.reset': () => Promise.resolve(noState),
  'watermark.rewind': () => Promise.resolve(noState),
  'watermark.look': ({ spec }) =>
    Promise.resolve({
      job: spec.name ?? 'job',
      pass: 'full',
      promise: 'exactly-once',
      reasons: [],
      assumes: [],
      warnings: [],
      from: null,
      rows: 1_000,
      nulls: 0,
      indexed: true,
      cost: 100,
      sessions: [],
    }),
};

const noState = { uri: 's3://lake/_sluice/job/state.json', state: null };
