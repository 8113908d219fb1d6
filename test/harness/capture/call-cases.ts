/** Inputs of the calls about captures: one that is taken, and for each field some that are not. */
import type { CallName } from '../../../electron/contract/calls.ts';

export interface Case {
  readonly valid: Record<string, unknown>;
  readonly fields: Readonly<Record<string, readonly unknown[]>>;
}

const none: Case = { valid: {}, fields: {} };

const captureSpec = {
  name: 'orders',
  source: { profile: 'Demo' },
  tables: [{ schema: 'public', name: 'Orders' }],
  destination: { folder: '/data' },
};

const NOT_A_JOB = ['', '../x', 'a/b', 'x'.repeat(101), 5, null, undefined];
const ofSpec = { spec: [null, undefined, 'spec'], 'spec.name': NOT_A_JOB, 'spec.tables': [[], null] };
const captureStart = {
  valid: { spec: captureSpec, resnapshot: true, until: '16/B374D848' },
  fields: {
    ...ofSpec,
    'spec.rollSeconds': [0, -1, '60', null],
    'spec.rollBytes': [0, 1_000, 0.5, '64MiB', null],
    resnapshot: ['yes', 1, null],
    until: ['', 'now', '16', 5, null],
  },
};
const byJob: Case = { valid: { name: 'orders' }, fields: { name: NOT_A_JOB } };

export const CAPTURE_CASES = {
  'capture.start': captureStart,
  'capture.plan': captureStart,
  'capture.save': { valid: { spec: captureSpec }, fields: ofSpec },
  'capture.stop': byJob,
  'capture.pause': byJob,
  'capture.resume': byJob,
  'capture.reread': {
    valid: { name: 'orders', tables: [{ schema: 'public', name: 'orders' }], action: 'pause' },
    fields: { name: NOT_A_JOB, tables: [[], 'orders', null, undefined], action: ['stop', null] },
  },
  'capture.drop': {
    valid: { name: 'orders', confirm: 'sluice_orders' },
    fields: { name: NOT_A_JOB, confirm: ['', 5, null, undefined] },
  },
  'capture.status': byJob,
  'capture.list': none,
  'capture.remove': byJob,
} as const satisfies Partial<Readonly<Record<CallName, Case>>>;
