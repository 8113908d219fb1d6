import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { openDialog } from '../../state/dialogs.ts';
import { useStore } from '../../state/store.ts';
import { valuesOfSpec } from '../extract/values-of-spec.ts';

export interface EditJob {
  /** Why the dialog cannot change it; undefined where it can. */
  readonly refusal: string | undefined;
  readonly open: () => void;
}

/** Opens a saved job in the dialog that made it. */
export function useEditJob(job: SavedJob): EditJob {
  const state = useStore(useApp().profiles);
  const { source, selection, destination } = job.spec;
  const connection =
    state.status === 'ready' && 'profile' in source
      ? state.value.connections.find(({ name }) => name === source.profile)
      : undefined;
  const place =
    state.status === 'ready' && 'profile' in destination
      ? state.value.destinations.find(({ name }) => name === destination.profile)
      : undefined;
  const placed = place !== undefined || 'folder' in destination;
  const values = placed ? valuesOfSpec(job.spec, place?.id) : undefined;
  const ready = state.status === 'ready' && connection !== undefined && placed;
  if (!ready || values === undefined || !('table' in selection)) {
    return {
      refusal:
        state.status !== 'ready'
          ? undefined
          : ready
            ? 'It has options that the dialog does not have: change its file.'
            : 'It names a connection or a destination that is not saved here: change its file.',
      open: () => undefined,
    };
  }
  const { schema = 'public', name } = selection.table;
  const relation = {
    schema,
    name,
    kind: 'table' as const,
    estimatedRows: null,
    bytes: null,
    readable: true,
    partitionOf: null,
    comment: null,
  };
  return {
    refusal: undefined,
    open: () => openDialog({ kind: 'extract', connectionId: connection.id, relation, job }),
  };
}
