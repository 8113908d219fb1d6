import './profiles.css';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TestResultView, type TestResultViewProps } from './test-result.tsx';
import type { ProfileForm } from './use-profile-form.ts';

export interface ProfileDialogProps<Values extends Record<string, unknown>, Facts> {
  readonly title: string;
  readonly profile: ProfileForm<Values, Facts>;
  readonly sentences: TestResultViewProps<Facts>['sentences'];
  readonly onClose: () => void;
  /** The fields. */
  readonly children: ReactNode;
}

/** The frame around the fields of a profile: it is tested, saved, or left alone. */
export function ProfileDialog<Values extends Record<string, unknown>, Facts>({
  title,
  profile: { busy, tested, error, onTest, onSave },
  sentences,
  onClose,
  children,
}: ProfileDialogProps<Values, Facts>) {
  return (
    <DialogFrame title={title} width={620} onClose={onClose}>
      <DialogForm onSubmit={onSave}>
        <div className="dialog-scroll">
          <div className="fields">
            {children}
            {tested !== undefined && <TestResultView result={tested} sentences={sentences} />}
            {error !== undefined && <ErrorNotice error={error} />}
          </div>
        </div>
        <div className="dialog-actions">
          <Button variant="default" loading={busy === 'test'} disabled={busy === 'save'} onClick={onTest}>
            Test connection
          </Button>
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy === 'save'} disabled={busy === 'test'}>
            Save
          </Button>
        </div>
      </DialogForm>
    </DialogFrame>
  );
}
