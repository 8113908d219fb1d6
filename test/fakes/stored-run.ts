/** Runs as they lie on disk, for tests of the history. */
import type { StoredRun } from '../../electron/engine/ports.ts';

/** An id that sorts by `n`. */
export function runIdOf(n: number): string {
  return `20261122T${String(n).padStart(6, '0')}Z-4f3a9c21`;
}

/** A run that succeeded with five rows, unless told otherwise. */
export function storedRun(n: number, { rows = 5 }: { rows?: number } = {}): StoredRun {
  const at = '2026-11-22T09:30:00.000Z';
  return {
    run: {
      id: runIdOf(n),
      origin: 'cli',
      spec: {
        version: 1,
        kind: 'extract',
        source: { profile: 'Demo' },
        selection: { table: { schema: 'public', name: 'Orders' } },
        mode: 'full',
        destination: { folder: '/data' },
        format: { kind: 'jsonl' },
        compression: 'none',
        key: '{table}/{run_id}/part-{part}.{ext}',
        overwrite: false,
        acceptLossy: false,
      },
      sourceLabel: 'Demo · public.Orders',
      destinationLabel: '/data',
      startedAt: at,
      state: {
        tag: 'succeeded',
        finishedAt: at,
        rows,
        bytes: 162,
        objects: [],
        manifest: 'file:///data/m.json',
      },
      progress: null,
    },
    log: [{ at, level: 'info', message: 'done' }],
    manifest: null,
    openUploads: [],
    writtenKeys: [],
    owner: { pid: 1, host: 'here', startedAt: at },
  };
}
