import { Button, Group, Input, PasswordInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { SecretInput } from '../../../electron/contract/fields.ts';

export interface SecretFieldProps {
  readonly label: string;
  /** True where the store has one; it never comes back to this window. */
  readonly saved: boolean;
  readonly value: SecretInput;
  readonly onChange: (value: SecretInput) => void;
  /** Shown while there is none. */
  readonly placeholder: string;
  readonly error?: string | undefined;
}

/** A password: one that is saved is kept until it is changed or removed. */
export function SecretField({ label, saved, value, onChange, placeholder, error }: SecretFieldProps) {
  if (saved && value.kind === 'keep') {
    return (
      <Input.Wrapper label={label} error={error}>
        <Group gap="xs" h={36} wrap="nowrap">
          <IconLock size={15} aria-hidden="true" />
          <span className="secret-state">Saved</span>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Change ${label.toLowerCase()}`}
            onClick={() => onChange({ kind: 'set', value: '' })}
          >
            Change
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            aria-label={`Remove ${label.toLowerCase()}`}
            onClick={() => onChange({ kind: 'clear' })}
          >
            Remove
          </Button>
        </Group>
      </Input.Wrapper>
    );
  }
  if (saved && value.kind === 'clear') {
    return (
      <Input.Wrapper label={label} error={error}>
        <Group gap="xs" h={36} wrap="nowrap">
          <span className="secret-state">Removed when you save</span>
          <Button size="compact-sm" variant="default" onClick={() => onChange({ kind: 'keep' })}>
            Keep it
          </Button>
        </Group>
      </Input.Wrapper>
    );
  }
  const text = value.kind === 'set' ? value.value : '';
  return (
    <PasswordInput
      label={label}
      value={text}
      error={error}
      placeholder={saved ? 'The new one' : placeholder}
      autoComplete="new-password"
      data-autofocus={saved ? true : undefined}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        // An empty field means that there is none; where one is saved, that it is still being typed.
        onChange(typed === '' && !saved ? { kind: 'keep' } : { kind: 'set', value: typed });
      }}
    />
  );
}
