import './capture.css';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Fold } from '../../ui/fold.tsx';
import type { FieldErrors } from '../profiles/field-errors.ts';
import { OBJECT_FIELDS, objectsSummary, SLOT_FIELDS, slotSummary } from './capture-form.ts';
import { ObjectFields } from './object-fields.tsx';
import { PlaceFields } from './place-fields.tsx';
import { PreflightSection } from './preflight-section.tsx';
import { SlotFields } from './slot-fields.tsx';
import { SourceFields } from './source-fields.tsx';
import { useCaptureForm } from './use-capture-form.ts';

export interface CaptureDialogProps {
  /** The job that is changed; left out, a new one is made. */
  readonly saved?: CaptureSpec | undefined;
  readonly onClose: () => void;
}

/** Asks what is to be captured and where to; everything else has a default. What a history depends on stays as it is. */
export function CaptureDialog({ saved, onClose }: CaptureDialogProps) {
  const form = useCaptureForm(saved, onClose);
  const { values, problems, change, connectionId, busy } = form;
  const [open, setOpen] = useState({ objects: saved !== undefined, slot: false });
  const isSaved = saved !== undefined;
  const [first, other] = isSaved ? (['save', 'start'] as const) : (['start', 'save'] as const);
  const fields = { values, problems, onChange: change, saved: isSaved };
  return (
    <DialogFrame title={isSaved ? `Change ${saved.name}` : 'New capture'} width={680} onClose={onClose}>
      <DialogForm onSubmit={() => form.submit(first)}>
        <div className="dialog-scroll capture-form">
          <div className="fields">
            <SourceFields form={form} saved={isSaved} />
            <PlaceFields form={form} saved={isSaved} />
          </div>
          <div className="folds">
            <Fold
              title="Objects"
              summary={objectsSummary(values)}
              problem={firstOf(problems, OBJECT_FIELDS)}
              open={open.objects}
              onToggle={(objects) => setOpen({ ...open, objects })}
            >
              <ObjectFields {...fields} />
            </Fold>
            <Fold
              title="Snapshot and slot"
              summary={slotSummary(values)}
              problem={firstOf(problems, SLOT_FIELDS)}
              open={open.slot}
              onToggle={(slot) => setOpen({ ...open, slot })}
            >
              <SlotFields {...fields} />
            </Fold>
          </div>
          {connectionId !== undefined && <PreflightSection key={connectionId} connectionId={connectionId} />}
          {form.error !== undefined && (
            <ErrorNotice error={form.error} title="The capture could not be kept" />
          )}
        </div>
        <div className="dialog-actions">
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="default"
            loading={busy === other}
            disabled={busy === first}
            onClick={() => form.submit(other)}
          >
            {isSaved ? 'Save and start' : 'Save'}
          </Button>
          <Button type="submit" loading={busy === first} disabled={busy === other}>
            {isSaved ? 'Save' : 'Start capture'}
          </Button>
        </div>
      </DialogForm>
    </DialogFrame>
  );
}

function firstOf(problems: FieldErrors, fields: readonly string[]): string | undefined {
  return fields.map((field) => problems[field]).find((problem) => problem !== undefined);
}
