import './fold.css';
import { IconAlertTriangle, IconChevronRight } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';

export interface FoldProps {
  readonly title: string;
  /** What is inside, in one line; shown while it is folded. */
  readonly summary: string;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  /** What is wrong inside; shown instead of the summary. */
  readonly problem?: string | undefined;
  readonly children: ReactNode;
}

/** A section that is folded until somebody wants to see it. */
export function Fold({ title, summary, open, onToggle, problem, children }: FoldProps) {
  const id = useId();
  return (
    <section className="fold">
      <h3>
        <button
          type="button"
          id={`${id}-head`}
          aria-expanded={open}
          aria-controls={`${id}-body`}
          onClick={() => onToggle(!open)}
        >
          <IconChevronRight className="fold-mark" size={15} aria-hidden="true" />
          <span className="fold-title">{title}</span>
          {!open && problem === undefined && <span className="fold-summary">{summary}</span>}
          {!open && problem !== undefined && (
            <span className="fold-summary is-problem">
              <IconAlertTriangle size={14} aria-hidden="true" /> {problem}
            </span>
          )}
        </button>
      </h3>
      <div id={`${id}-body`} role="group" aria-labelledby={`${id}-head`} hidden={!open}>
        {open && <div className="fold-body fields">{children}</div>}
      </div>
    </section>
  );
}
