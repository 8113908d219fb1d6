import { Modal } from '@mantine/core';
import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react';

/** False for a dialog that has another one above it: Escape is for the upper one alone. */
export const IsTopDialog = createContext(true);

export interface DialogFrameProps {
  readonly title: ReactNode;
  readonly onClose: () => void;
  /** Pixels, at most the width of the window. */
  readonly width: number;
  readonly children: ReactNode;
}

/** A dialog that is open as long as it is drawn. The focus goes back to where it was when it closes. */
export function DialogFrame({ title, onClose, width, children }: DialogFrameProps) {
  const isTop = useContext(IsTopDialog);
  const before = useRef<Element | null>(null);
  before.current ??= document.activeElement;
  useEffect(
    () => () => {
      const { current } = before;
      // After the modal has released the focus; the element may be gone by then.
      if (current instanceof HTMLElement) setTimeout(() => current.focus({ preventScroll: true }), 0);
    },
    [],
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={width}
      closeOnClickOutside={false}
      closeOnEscape={isTop}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
      classNames={{ content: 'dialog', header: 'dialog-header', title: 'dialog-title', body: 'dialog-body' }}
    >
      {children}
    </Modal>
  );
}
