/** The state of the extract dialog: what was chosen, what is wrong with it, and the way to start the run. */
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { jobNameOf } from '../../../electron/contract/watermark-spec.ts';
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
import { likelyWatermark } from './watermark-values.ts';
import { valuesOfSpec } from './values-of-spec.ts';
import { bucketRoot, exampleUri, type KeyRoot } from './key-example.ts';
import { folderRoot } from './folder-place.ts';
import { withPreset, type PresetId } from './presets.ts';
import { QUERY_RELATION } from './query-relation.ts';
import { SECTION_OF, type SectionId } from './sections.ts';

const NO_PROFILES: Profiles = { connections: [], destinations: [] };

export interface ExtractForm {
  readonly values: ExtractValues;
  readonly problems: ExtractProblems;
  /** The preset that was chosen last. */
  readonly preset: PresetId;
  readonly openSections: ReadonlySet<SectionId>;
  readonly destinations: readonly DestinationProfile[];
  /** What stands before the keys; undefined without a destination. */
  readonly root: KeyRoot | undefined;
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
  /** Address of the first object; undefined while something is wrong with it. */
  readonly uri: string | undefined;
  /** The job; undefined without a destination. */
  readonly spec: ExtractSpec | undefined;
  /** The part of the job that decides about types; undefined while something is wrong with it. */
  readonly planSpec: ExtractSpec | undefined;
  /** The job where its next run can be looked at; undefined for a full one, and while something is wrong with it. */
  readonly lookSpec: ExtractSpec | undefined;
  readonly canStart: boolean;
  readonly busy: boolean;
  /** Why the run could not be started, where that belongs to no field. */
  readonly error: AppError | undefined;
  readonly change: (values: ExtractValues) => void;
  readonly choosePreset: (id: PresetId) => void;
  readonly toggleSection: (id: SectionId, open: boolean) => void;
  readonly start: () => void;
  /** Saves the job under its name. */
  readonly save: () => void;
}

export interface ExtractFormOptions {
  readonly connectionId: string;
  /** What is read, or what stands for a query. */
  readonly relation: Relation;
  /** The saved job that is changed; undefined for a new one. */
  readonly job: SavedJob | undefined;
  readonly onDone: () => void;
}

export function useExtractForm({ connectionId, relation, job, onDone }: ExtractFormOptions): ExtractForm {
  const { client, profiles, savedJobs } = useApp();
  const state = useStore(profiles);
  const { connections, destinations } = state.status === 'ready' ? state.value : NO_PROFILES;
  const isQuery = relation === QUERY_RELATION;
  const described = useCall(
    'relations.describe',
    isQuery ? undefined : { connectionId, relation: { schema: relation.schema, name: relation.name } },
  );
  const [chosen, setChosen] = useState(() => ({
    ...firstOf(job, destinations),
    ...(isQuery && { query: '' }),
  }));
  const [preset, setPreset] = useState<PresetId>('csv');
  const [openSections, setOpenSections] = useState<ReadonlySet<SectionId>>(new Set());
  const [refused, setRefused] = useState<ExtractProblems>({});
  const [error, setError] = useState<AppError>();
  const [busy, setBusy] = useState(false);
  const [now] = useState(() => new Date());

  const connection = connections.find((each) => each.id === connectionId);
  // The destination that was used last may be gone; one that is added from here comes to be the only one.
  const destination = destinations.find((each) => each.id === chosen.destinationId) ?? destinations[0];
  const root = rootOf(chosen.folder, destination);
  const columns = described.state.status === 'ready' ? described.state.value.columns : undefined;
  const likely =
    columns === undefined ? undefined : likelyWatermark(columns.filter(({ readable }) => readable))?.name;
  const values: ExtractValues = {
    ...chosen,
    destinationId: destination?.id,
    watermarkColumn: chosen.watermarkColumn === '' ? (likely ?? '') : chosen.watermarkColumn,
  };
  const wrong = problemsOf(values);
  const spec =
    connection === undefined || (destination === undefined && chosen.folder === undefined)
      ? undefined
      : specOf(values, { connection: connection.name, destination: destination?.name ?? '', relation });
  const planSpec = connection === undefined ? undefined : planSpecOf(values, connection.name, relation);
  const lookSpec = values.mode === 'incremental' && canSend(spec, wrong) ? spec : undefined;
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
      if (values.folder === undefined) writePreference('destination', values.destinationId ?? '');
      onDone();
      navigate({ screen: 'run', runId });
    } catch (caught) {
      showRefusal(appErrorOf(caught));
    } finally {
      setBusy(false);
    }
  };

  const save = async () => {
    if (!canStart) return;
    setBusy(true);
    setError(undefined);
    try {
      const named = { ...spec, name: spec.name ?? jobNameOf(isQuery ? { name: relation.name } : relation) };
      const { name } = await client.call('savedJobs.save', { spec: named, replace: job !== undefined });
      await savedJobs.reload();
      onDone();
      navigate({ screen: 'job', name });
    } catch (caught) {
      showRefusal(appErrorOf(caught));
    } finally {
      setBusy(false);
    }
  };

  return {
    values,
    problems: { ...refused, ...shownProblems(wrong, values) },
    preset,
    openSections,
    destinations,
    root,
    columns,
    uri: root && exampleUri(values, { database: connection?.settings.database ?? '', relation, root }, now),
    spec,
    planSpec,
    lookSpec,
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
    save: () => void save(),
  };
}

/** A query that nobody has begun to write is not called wrong; it cannot be started either way. */
function shownProblems(wrong: ExtractProblems, { query }: ExtractValues): ExtractProblems {
  if (query !== '') return wrong;
  const { query: _, ...others } = wrong;
  return others;
}

function firstOf(job: SavedJob | undefined, destinations: readonly DestinationProfile[]): ExtractValues {
  if (job === undefined) return firstValues(readPreference('destination'));
  const { destination } = job.spec;
  const named = 'profile' in destination ? destination.profile : '';
  const id = destinations.find(({ name }) => name === named)?.id;
  return valuesOfSpec(job.spec, id) ?? firstValues(id);
}

function rootOf(
  folder: string | undefined,
  destination: DestinationProfile | undefined,
): KeyRoot | undefined {
  if (folder !== undefined) return folder.trim() === '' ? undefined : { uri: folderRoot(folder), prefix: '' };
  return destination && bucketRoot(destination.settings);
}

/** A look needs no key and no destination of its own, but a job that the contract takes. */
function canSend(spec: ExtractSpec | undefined, wrong: ExtractProblems): spec is ExtractSpec {
  return spec !== undefined && Object.keys(wrong).length === 0;
}
