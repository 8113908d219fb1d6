import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { readPreference } from '../../state/preferences.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { fieldErrorOf, type FieldErrors } from '../profiles/field-errors.ts';
import {
  BLANK_CAPTURE,
  captureProblems,
  captureSpecOf,
  MORE_FIELDS,
  type CaptureValues,
} from './capture-form.ts';

const FIELDS = ['name', 'source', 'destination', 'tables', 'publication', ...MORE_FIELDS];

export interface CaptureFormState {
  readonly values: CaptureValues;
  readonly problems: FieldErrors;
  readonly connections: readonly ConnectionProfile[];
  readonly destinations: readonly DestinationProfile[];
  readonly connectionId: string | undefined;
  readonly destinationId: string | undefined;
  readonly busy: boolean;
  readonly error: AppError | undefined;
  readonly change: (change: Partial<CaptureValues>) => void;
  readonly submit: () => void;
}

/** The dialog of a new capture; `onDone` comes when it has begun. */
export function useCaptureForm(onDone: () => void): CaptureFormState {
  const { client, captures, profiles } = useApp();
  const profileState = useStore(profiles);
  const captureState = useStore(captures);
  const { connections, destinations } =
    profileState.status === 'ready' ? profileState.value : { connections: [], destinations: [] };
  const [values, setValues] = useState(BLANK_CAPTURE);
  // Nothing is called wrong before somebody has tried to go on.
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<FieldErrors>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();

  const last = readPreference('connection');
  const connection = connections.find(({ id }) => id === (values.connectionId ?? last)) ?? connections[0];
  const destination = destinations.find(({ id }) => id === values.destinationId) ?? destinations[0];
  const places = { connection: connection?.name, destination: destination?.name };
  const taken = captureState.status === 'ready' && captureState.value.has(values.name.trim());
  const wrong: FieldErrors = {
    ...captureProblems(values, places),
    ...(taken && { name: 'There is a capture of this name already.' }),
  };

  const submit = async () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const status = await client.call('capture.start', { spec: captureSpecOf(values, places) });
      captures.put(status);
      onDone();
      navigate({ screen: 'capture', name: status.name });
    } catch (failure) {
      const known = appErrorOf(failure);
      const field = fieldErrorOf(
        known,
        FIELDS.map((each) => `spec.${each}`),
      );
      if (field === undefined) setError(known);
      else setRefused(withoutSpec(field));
      setBusy(false);
    }
  };
  return {
    values,
    problems: tried ? { ...wrong, ...refused } : {},
    connections,
    destinations,
    connectionId: connection?.id,
    destinationId: destination?.id,
    busy,
    error,
    change(change) {
      setRefused({});
      setValues({ ...values, ...change });
    },
    submit: () => void submit(),
  };
}

function withoutSpec(errors: FieldErrors): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([field, text]) => [field.replace(/^spec\./, ''), text]),
  );
}
