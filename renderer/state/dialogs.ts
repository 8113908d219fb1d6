/** Which dialogs are open; a stack, because the extract dialog can ask for a destination. */
import type { Relation } from '../../electron/contract/relation.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export type Dialog =
  | { readonly kind: 'connection'; readonly id?: string }
  | { readonly kind: 'destination'; readonly id?: string }
  | { readonly kind: 'import' }
  | { readonly kind: 'extract'; readonly connectionId: string; readonly relation: Relation };

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
