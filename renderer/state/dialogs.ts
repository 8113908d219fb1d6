/** Which dialogs are open; a stack, because the extract dialog can ask for a destination. */
import type { CaptureSpec } from '../../electron/contract/capture-spec.ts';
import type { Relation } from '../../electron/contract/relation.ts';
import type { SavedJob } from '../../electron/contract/saved-job.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export type Dialog =
  | { readonly kind: 'connection'; readonly id?: string }
  | { readonly kind: 'destination'; readonly id?: string }
  | { readonly kind: 'import' }
  /** `saved`: the capture that is changed. */
  | { readonly kind: 'capture'; readonly saved?: CaptureSpec }
  | {
      readonly kind: 'extract';
      readonly connectionId: string;
      readonly relation: Relation;
      /** The saved job that is changed. */
      readonly job?: SavedJob;
    }
  | { readonly kind: 'schedule'; readonly job: SavedJob }
  | { readonly kind: 'backfill'; readonly job: SavedJob }
  | { readonly kind: 'changeJob'; readonly job: SavedJob; readonly change: JobChange };

/** What is asked about before it is done to a job. */
export type JobChange =
  | { readonly kind: 'reset' }
  | { readonly kind: 'rewind'; readonly runId: string }
  | { readonly kind: 'remove' };

const open = createStore<readonly Dialog[]>([]);

export const openDialogs: ReadonlyStore<readonly Dialog[]> = open;

export function openDialog(dialog: Dialog): void {
  open.set([...open.get(), dialog]);
}

/** Closes this dialog and those above it. */
export function closeDialog(dialog: Dialog): void {
  const index = open.get().indexOf(dialog);
  if (index >= 0) open.set(open.get().slice(0, index));
}
