import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { AppError } from '../../electron/contract/app-error.ts';

export interface ErrorNoticeProps {
  readonly error: AppError;
  readonly title?: string;
  readonly onRetry?: () => void;
}

/** An error as people read it: what happened, what to do, and the code to search for. */
export function ErrorNotice({ error, title, onRetry }: ErrorNoticeProps) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={title ?? error.message}
      className="error-notice"
    >
      {title !== undefined && <p className="error-message">{error.message}</p>}
      <p className="error-hint">{error.hint}</p>
      <Group gap="sm" mt={6}>
        <code className="error-code">{error.code}</code>
        {onRetry !== undefined && (
          <Button size="compact-xs" variant="light" color="red" onClick={onRetry}>
            Retry
          </Button>
        )}
      </Group>
    </Alert>
  );
}
