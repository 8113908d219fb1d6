/** The state of the extract dialog: what was chosen, what is wrong with it, and the way to start the run. */
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { Column, Relation } from '../../../electron/contract/relation.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { readPreference, writePreference } from '../../state/preferences.ts';
import type { Profiles } from '../../state/profiles-store.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { planSpecOf, specOf } from './extract-job.ts';
import { fieldOfPath, problemsOf, type ExtractProblems } from './extract-problems.ts';
import { firstValues, type ExtractValues } from './extract-values.ts';
import { exampleUri } from './key-example.ts';
import { withPreset, type PresetId } from './presets.ts';
import { SECTION_OF, type SectionId } from './sections.ts';

const NO_PROFILES: Profiles = { connections: [], destinations: [] };

export interface ExtractForm {
  readonly values: ExtractValues;
  readonly problems: ExtractProblems;
  /** The preset that was chosen last. */
  readonly preset: PresetId;
  readonly openSections: ReadonlySet<SectionId>;
  readonly destinations: readonly DestinationProfile[];
  readonly destination: DestinationProfile | undefined;
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
  /** Address of the first object; undefined while something is wrong with it. */
  readonly uri: string | undefined;
  /** The job; undefined without a destination. */
  readonly spec: ExtractSpec | undefined;
  /** The part of the job that decides about types; undefined while something is wrong with it. */
  readonly planSpec: ExtractSpec | undefined;
  readonly canStart: boolean;
  readonly busy: boolean;
  /** Why the run could not be started, where that belongs to no field. */
  readonly error: AppError | undefined;
  readonly change: (values: ExtractValues) => void;
  readonly choosePreset: (id: PresetId) => void;
  readonly toggleSection: (id: SectionId, open: boolean) => void;
  readonly start: () => void;
}

export function useExtractForm(connectionId: string, relation: Relation, onStarted: () => void): ExtractForm {
  const { client, profiles } = useApp();
  const state = useStore(profiles);
  const { connections, destinations } = state.status === 'ready' ? state.value : NO_PROFILES;
  const described = useCall('relations.describe', {
    connectionId,
    relation: { schema: relation.schema, name: relation.name },
  });
  const [chosen, setChosen] = useState(() => firstValues(readPreference('destination')));
  const [preset, setPreset] = useState<PresetId>('csv');
  const [openSections, setOpenSections] = useState<ReadonlySet<SectionId>>(new Set());
  const [refused, setRefused] = useState<ExtractProblems>({});
  const [error, setError] = useState<AppError>();
  const [busy, setBusy] = useState(false);
  const [now] = useState(() => new Date());

  const connection = connections.find((each) => each.id === connectionId);
  // The destination that was used last may be gone; one that is added from here comes to be the only one.
  const destination = destinations.find((each) => each.id === chosen.destinationId) ?? destinations[0];
  const values: ExtractValues = { ...chosen, destinationId: destination?.id };
  const wrong = problemsOf(values);
  const spec =
    connection === undefined || destination === undefined
      ? undefined
      : specOf(values, { connection: connection.name, destination: destination.name, relation });
  const planSpec = connection === undefined ? undefined : planSpecOf(values, connection.name, relation);
  const canStart = spec !== undefined && Object.keys(wrong).length === 0;

  const change = (next: ExtractValues) => {
    setChosen(next);
    setRefused({});
    setError(undefined);
  };
  const toggleSection = (id: SectionId, open: boolean) => {
    setOpenSections((before) => {
      const next = new Set(before);
      if (open) next.add(id);
      else next.delete(id);
      return next;
    });
  };
  /** Puts what the engine has refused to where it can be corrected. */
  const showRefusal = (problem: AppError) => {
    const path = problem.details['field'];
    const field = typeof path === 'string' ? fieldOfPath(path) : undefined;
    if (field === undefined) {
      setError(problem);
      return;
    }
    setRefused({ [field]: problem.message });
    const section = SECTION_OF[field];
    if (section !== undefined) toggleSection(section, true);
  };
  const start = async () => {
    if (!canStart) return;
    setBusy(true);
    setError(undefined);
    try {
      const { runId } = await client.call('jobs.start', { spec });
      writePreference('destination', values.destinationId ?? '');
      onStarted();
      navigate({ screen: 'run', runId });
    } catch (caught) {
      showRefusal(appErrorOf(caught));
    } finally {
      setBusy(false);
    }
  };

  return {
    values,
    problems: { ...refused, ...wrong },
    preset,
    openSections,
    destinations,
    destination,
    columns: described.state.status === 'ready' ? described.state.value.columns : undefined,
    uri:
      destination &&
      exampleUri(
        values,
        { database: connection?.settings.database ?? '', relation, settings: destination.settings },
        now,
      ),
    spec,
    planSpec,
    canStart,
    busy,
    error,
    change,
    choosePreset: (id) => {
      setPreset(id);
      change(withPreset(values, id));
    },
    toggleSection,
    start: () => void start(),
  };
}
