import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AppError } from '../../electron/contract/app-error.ts';
import { Notice } from './notice.tsx';

export interface ErrorNoticeProps {
  readonly error: AppError;
  /** What could not be done, where the message alone does not say it. */
  readonly title?: string;
  /** What lay below it, the nearest first; for the one who has to find the reason. */
  readonly causes?: readonly string[];
  readonly onRetry?: () => void;
  /** Another way on, such as to the form that has to be corrected. */
  readonly children?: ReactNode;
}

/** An error as people read it: what happened, what to do, and the code to search for. */
export function ErrorNotice({ error, title, causes = [], onRetry, children }: ErrorNoticeProps) {
  return (
    <Notice tone="error" title={title ?? error.message}>
      {title !== undefined && <p>{error.message}</p>}
      <p>{error.hint}</p>
      {causes.length > 0 && (
        <ul className="notice-causes" aria-label="Causes">
          {causes.map((cause, index) => (
            // The same words can come twice in a chain of causes.
            <li key={index}>{cause}</li>
          ))}
        </ul>
      )}
      <Group gap="sm" mt={6}>
        {onRetry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Retry
          </Button>
        )}
        {children}
        <code className="faint">{error.code}</code>
      </Group>
    </Notice>
  );
}
