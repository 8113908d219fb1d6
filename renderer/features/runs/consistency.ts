/** What a manifest says of the moments that its rows were read in, for people. */
import type { Manifest } from '../../../electron/contract/manifest.ts';
import type { Resumable } from '../../../electron/contract/run.ts';
import { countOf } from '../../format/counts.ts';

export interface ConsistencyText {
  readonly tone: 'plain' | 'warning';
  readonly title: string;
  readonly text: string;
}

/** Manifests of earlier versions do not say; they are all of one snapshot. */
export function consistencyOf({ consistency, recoveries, workers }: Manifest): ConsistencyText {
  const again = [
    ...times(recoveries?.retries, (n) => `${countOf(n, 'range was', 'ranges were')} read again.`),
    ...times(recoveries?.restarts, (n) => `Everything was read again ${n === 1 ? 'once' : `${n} times`}.`),
  ];
  const shared = workers === undefined || workers < 2 ? '' : `; ${workers} connections shared it`;
  if (consistency !== 'snapshot-per-range') {
    return {
      tone: 'plain',
      title: 'One snapshot',
      text: [`All rows are what the table was at one moment${shared}.`, ...again].join(' '),
    };
  }
  const resumes = recoveries?.resumes ?? 1;
  const resumed = resumes === 1 ? 'resumed' : `resumed ${resumes} times`;
  return {
    tone: 'warning',
    title: 'Snapshot per range',
    text: [
      `The run was ${resumed}, and read what was missing in a new snapshot: rows that changed in between can be missing or be there twice.`,
      'The manifest has the snapshot of each range.',
      ...again,
    ].join(' '),
  };
}

function times(count: number | undefined, text: (count: number) => string): string[] {
  return count === undefined || count === 0 ? [] : [text(count)];
}

/** What a failed run has kept, and what going on with it means. */
export function resumableText({ doneRanges, ranges }: Resumable): {
  readonly title: string;
  readonly text: string;
} {
  const left = Math.max(0, ranges - doneRanges);
  return {
    title: `${doneRanges} of ${countOf(ranges, 'range')} ${doneRanges === 1 ? 'is' : 'are'} written and kept.`,
    text:
      `Resume reads the other ${left === 1 ? 'one' : left} in a new snapshot, so the result is not the table at one moment: ` +
      'rows that changed in between can be missing or be there twice. The manifest will say “snapshot per range”. ' +
      'Discard removes what is kept.',
  };
}
