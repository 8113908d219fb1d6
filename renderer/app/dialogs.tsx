import { lazy, Suspense } from 'react';
import { closeDialog, openDialogs, type Dialog } from '../state/dialogs.ts';
import { useStore } from '../state/store.ts';
import { IsTopDialog } from '../ui/dialog-frame.tsx';

const ConnectionDialog = lazy(async () => ({
  default: (await import('../features/profiles/connection-dialog.tsx')).ConnectionDialog,
}));
const DestinationDialog = lazy(async () => ({
  default: (await import('../features/profiles/destination-dialog.tsx')).DestinationDialog,
}));
const ImportDialog = lazy(async () => ({
  default: (await import('../features/profiles/import-dialog.tsx')).ImportDialog,
}));
const ExtractDialog = lazy(async () => ({
  default: (await import('../features/extract/extract-dialog.tsx')).ExtractDialog,
}));

const ScheduleDialog = lazy(async () => ({
  default: (await import('../features/jobs/schedule-dialog.tsx')).ScheduleDialog,
}));
const BackfillDialog = lazy(async () => ({
  default: (await import('../features/jobs/backfill-dialog.tsx')).BackfillDialog,
}));
const ChangeJobDialog = lazy(async () => ({
  default: (await import('../features/jobs/change-job-dialog.tsx')).ChangeJobDialog,
}));
const CaptureDialog = lazy(async () => ({
  default: (await import('../features/capture/capture-dialog.tsx')).CaptureDialog,
}));

/** The dialogs that are open, the last one on top. */
export function Dialogs() {
  const open = useStore(openDialogs);
  return (
    <Suspense fallback={null}>
      {open.map((dialog, index) => (
        // A dialog has no name of its own; its place in the stack does not change while it is open.
        <IsTopDialog key={`${index}-${dialog.kind}`} value={index === open.length - 1}>
          <OneDialog dialog={dialog} />
        </IsTopDialog>
      ))}
    </Suspense>
  );
}

function OneDialog({ dialog }: { readonly dialog: Dialog }) {
  const onClose = () => closeDialog(dialog);
  switch (dialog.kind) {
    case 'connection':
      return <ConnectionDialog id={dialog.id} onClose={onClose} />;
    case 'destination':
      return <DestinationDialog id={dialog.id} onClose={onClose} />;
    case 'import':
      return <ImportDialog onClose={onClose} />;
    case 'capture':
      return <CaptureDialog saved={dialog.saved} onClose={onClose} />;
    case 'extract':
      return (
        <ExtractDialog
          connectionId={dialog.connectionId}
          relation={dialog.relation}
          job={dialog.job}
          onClose={onClose}
        />
      );
    case 'schedule':
      return <ScheduleDialog job={dialog.job} onClose={onClose} />;
    case 'backfill':
      return <BackfillDialog job={dialog.job} onClose={onClose} />;
    case 'changeJob':
      return <ChangeJobDialog job={dialog.job} change={dialog.change} onClose={onClose} />;
  }
}
