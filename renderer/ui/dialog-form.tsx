import './dialog.css';
import type { ReactNode } from 'react';

export interface DialogFormProps {
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** The form that fills a dialog. The browser checks nothing: what is wrong is said at the field, in our words. */
export function DialogForm({ onSubmit, children }: DialogFormProps) {
  return (
    <form
      className="dialog-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
