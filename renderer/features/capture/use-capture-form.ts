import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { readPreference } from '../../state/preferences.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { fieldErrorOf, type FieldErrors } from '../profiles/field-errors.ts';
import { captureProblems, captureSpecOf, OBJECT_FIELDS, SLOT_FIELDS } from './capture-form.ts';
import { BLANK_CAPTURE, captureValuesOf, type CaptureValues } from './capture-values.ts';

const FIELDS = ['name', 'source', 'destination', 'tables', 'publication', ...OBJECT_FIELDS, ...SLOT_FIELDS];

/** What becomes of the job: it is only kept, or it begins. */
export type CaptureSubmit = 'save' | 'start';

export interface CaptureFormState {
  readonly values: CaptureValues;
  readonly problems: FieldErrors;
  readonly connections: readonly ConnectionProfile[];
  readonly destinations: readonly DestinationProfile[];
  readonly connectionId: string | undefined;
  readonly destinationId: string | undefined;
  readonly busy: CaptureSubmit | undefined;
  readonly error: AppError | undefined;
  readonly change: (change: Partial<CaptureValues>) => void;
  readonly submit: (how: CaptureSubmit) => void;
}

/** The dialog of a capture. @param saved the one that is changed @param onDone comes when it is kept */
export function useCaptureForm(saved: CaptureSpec | undefined, onDone: () => void): CaptureFormState {
  const { client, captures, profiles } = useApp();
  const profileState = useStore(profiles);
  const captureState = useStore(captures);
  const { connections, destinations } =
    profileState.status === 'ready' ? profileState.value : { connections: [], destinations: [] };
  const [values, setValues] = useState(() =>
    saved === undefined
      ? BLANK_CAPTURE
      : captureValuesOf(saved, {
          connectionId: idOf(connections, saved.source),
          destinationId: idOf(destinations, saved.destination),
        }),
  );
  // Nothing is called wrong before somebody has tried to go on.
  const [tried, setTried] = useState(saved !== undefined);
  const [refused, setRefused] = useState<FieldErrors>({});
  const [busy, setBusy] = useState<CaptureSubmit>();
  const [error, setError] = useState<AppError>();

  const last = readPreference('connection');
  const connection = connections.find(({ id }) => id === (values.connectionId ?? last)) ?? connections[0];
  const destination = destinations.find(({ id }) => id === values.destinationId) ?? destinations[0];
  const places = { connection: connection?.name, destination: destination?.name };
  const taken =
    saved === undefined && captureState.status === 'ready' && captureState.value.has(values.name.trim());
  const wrong: FieldErrors = {
    ...captureProblems(values, places, saved),
    ...(taken && { name: 'There is a capture of this name already.' }),
  };

  const submit = async (how: CaptureSubmit) => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    setBusy(how);
    setError(undefined);
    try {
      const spec = captureSpecOf(values, places, saved);
      const status = await client.call(how === 'start' ? 'capture.start' : 'capture.save', { spec });
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
      setBusy(undefined);
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
    submit: (how) => void submit(how),
  };
}

function idOf(
  profiles: readonly { readonly id: string; readonly name: string }[],
  ref: object,
): string | undefined {
  return 'profile' in ref ? profiles.find(({ name }) => name === ref.profile)?.id : undefined;
}

function withoutSpec(errors: FieldErrors): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([field, text]) => [field.replace(/^spec\./, ''), text]),
  );
}
