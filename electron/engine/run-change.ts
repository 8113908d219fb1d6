/**
 * What happens to a run while its rows are written: a key is taken, an upload begins, a range is finished. There are
 * thousands of these in a run of thousands of ranges, so they are kept one by one and not with all that was before. Pure.
 */
import type { OpenUpload, StoredRun } from './ports.ts';
import type { FinishedRange } from './reading-state.ts';

export type RunChange =
  /** A key is about to be written to. */
  | { readonly tag: 'writing'; readonly key: string }
  /** An upload was opened and is about to be used. */
  | { readonly tag: 'upload'; readonly upload: OpenUpload }
  /** What was written to these keys is gone, unfinished uploads included. */
  | { readonly tag: 'removed'; readonly keys: readonly string[] }
  /** A range is written and safe. */
  | { readonly tag: 'finished'; readonly range: FinishedRange };

/** The run after a change. */
export function changedRun(stored: StoredRun, change: RunChange): StoredRun {
  const { writtenKeys, openUploads, reading } = stored;
  switch (change.tag) {
    case 'writing':
      return { ...stored, writtenKeys: [...writtenKeys, change.key] };
    case 'upload':
      return { ...stored, openUploads: [...openUploads, change.upload] };
    case 'removed':
      return {
        ...stored,
        writtenKeys: writtenKeys.filter((key) => !change.keys.includes(key)),
        openUploads: openUploads.filter(({ key }) => !change.keys.includes(key)),
      };
    case 'finished':
      if (reading === undefined) return stored;
      return { ...stored, reading: { ...reading, done: withFinished(reading.done, change.range) } };
  }
}

/** In the order of the scan; a range that is there is replaced. */
export function withFinished(done: readonly FinishedRange[], range: FinishedRange): readonly FinishedRange[] {
  const others = done.filter(({ number }) => number !== range.number);
  // Ranges end nearly in their order: the place is found from the end.
  const before = others.findLastIndex(({ number }) => number < range.number) + 1;
  return others.toSpliced(before, 0, range);
}
