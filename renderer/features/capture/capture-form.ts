/** What is typed into the dialog of a new capture, and the job that it makes. Pure. */
import {
  captureSpecSchema,
  ownSlotName,
  type CapturedTable,
  type CaptureFormat,
  type CaptureSpecInput,
} from '../../../electron/contract/capture-spec.ts';
import { DEFAULT_CAPTURE_KEY } from '../../../electron/contract/capture-key.ts';
import type { Compression } from '../../../electron/contract/format.ts';
import { decimalNumber, wholeNumber } from '../extract/typed-number.ts';
import { fieldErrorsOf, type FieldErrors } from '../profiles/field-errors.ts';

export interface CaptureValues {
  readonly name: string;
  readonly connectionId: string | undefined;
  readonly destinationId: string | undefined;
  /** `tables`: a publication is made of those that are chosen. `publication`: one that exists says which. */
  readonly chosenBy: 'tables' | 'publication';
  readonly tables: readonly CapturedTable[];
  readonly publication: string;
  readonly format: CaptureFormat;
  readonly compression: Compression;
  readonly snapshot: boolean;
  /** MiB, rows and seconds as they were typed. */
  readonly rollMebibytes: string;
  readonly rollRows: string;
  readonly rollSeconds: string;
  /** Empty: `sluice_<job>`. */
  readonly slot: string;
  readonly key: string;
}

export const BLANK_CAPTURE: CaptureValues = {
  name: '',
  connectionId: undefined,
  destinationId: undefined,
  chosenBy: 'tables',
  tables: [],
  publication: '',
  format: 'jsonl',
  compression: 'zstd',
  snapshot: true,
  rollMebibytes: '64',
  rollRows: '1000000',
  rollSeconds: '60',
  slot: '',
  key: DEFAULT_CAPTURE_KEY,
};

/** Fields that are folded under More. */
export const MORE_FIELDS = ['rollBytes', 'rollRows', 'rollSeconds', 'slot', 'key', 'compression'] as const;

/** Names of the saved profiles that were chosen. */
export interface CapturePlaces {
  readonly connection: string | undefined;
  readonly destination: string | undefined;
}

/** The job of what was typed, not yet checked. A profile that was not chosen has an empty name. */
export function captureSpecOf(values: CaptureValues, places: CapturePlaces): CaptureSpecInput {
  const mebibytes = decimalNumber(values.rollMebibytes);
  const slot = values.slot.trim();
  return {
    name: values.name,
    source: { profile: places.connection ?? '' },
    destination: { profile: places.destination ?? '' },
    ...(values.chosenBy === 'tables'
      ? { tables: values.tables.map(({ schema, name }) => ({ schema, name })) }
      : { publication: values.publication }),
    format: values.format,
    compression: values.compression,
    key: values.key,
    snapshot: values.snapshot,
    ...(mebibytes !== undefined && { rollBytes: Math.round(mebibytes * 1024 ** 2) }),
    ...numberField('rollRows', wholeNumber(values.rollRows)),
    ...numberField('rollSeconds', decimalNumber(values.rollSeconds)),
    ...(slot !== '' && { slot }),
  };
}

/** What is wrong, by the field of the job. */
export function captureProblems(values: CaptureValues, places: CapturePlaces): FieldErrors {
  const errors: Record<string, string> = {
    ...fieldErrorsOf(captureSpecSchema, captureSpecOf(values, places)),
  };
  for (const path of Object.keys(errors)) {
    // The schema speaks of members of a reference; the dialog has one field for it.
    if (path.startsWith('source')) errors['source'] = 'Choose a connection.';
    if (path.startsWith('destination')) errors['destination'] = 'Choose a destination.';
  }
  if (values.chosenBy === 'tables' && values.tables.length === 0)
    errors['tables'] = 'Choose at least one table.';
  if (values.chosenBy === 'publication' && values.publication === '')
    errors['publication'] = 'Choose a publication.';
  if (!SLOT_NAME.test(values.slot.trim()))
    errors['slot'] = 'Must have only lower case letters, digits and "_", at most 63.';
  for (const field of ['rollBytes', 'rollRows', 'rollSeconds'] as const) {
    // An empty field would take the default without a word.
    if (typedOf(values, field).trim() === '') errors[field] = 'Must not be empty.';
    else if (Number.isNaN(decimalNumber(typedOf(values, field)) ?? 0)) errors[field] = 'Must be a number.';
  }
  return errors;
}

/** https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION */
const SLOT_NAME = /^[a-z0-9_]{0,63}$/;

/** What the slot will be called; undefined while nobody knows. */
export function slotOf({ name, slot }: Pick<CaptureValues, 'name' | 'slot'>): string | undefined {
  if (slot.trim() !== '') return slot.trim();
  return name.trim() === '' ? undefined : ownSlotName(name.trim());
}

/** More, in one line. */
export function moreSummary(values: CaptureValues): string {
  const compression = values.format === 'parquet' ? '' : `${values.compression} · `;
  const slot = slotOf(values);
  const named = slot === undefined ? '' : ` · slot ${slot}`;
  return `${compression}objects of up to ${values.rollMebibytes} MiB or ${values.rollSeconds} s${named}`;
}

/** Tables without those that are named, or with it at the end. */
export function toggledTable(
  tables: readonly CapturedTable[],
  table: CapturedTable,
): readonly CapturedTable[] {
  const others = tables.filter((each) => !isSame(each, table));
  return others.length === tables.length ? [...tables, { schema: table.schema, name: table.name }] : others;
}

export function isSame(a: CapturedTable, b: CapturedTable): boolean {
  return a.schema === b.schema && a.name === b.name;
}

function typedOf(values: CaptureValues, field: 'rollBytes' | 'rollRows' | 'rollSeconds'): string {
  return { rollBytes: values.rollMebibytes, rollRows: values.rollRows, rollSeconds: values.rollSeconds }[
    field
  ];
}

function numberField<K extends string>(key: K, value: number | undefined): { [key in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: number });
}
