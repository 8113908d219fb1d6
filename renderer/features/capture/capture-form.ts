/** From what was typed into the dialog of a capture to the job, and what is wrong with it. Pure. */
import {
  captureSpecSchema,
  ownSlotName,
  type CapturedTable,
  type CaptureSpec,
  type CaptureSpecInput,
} from '../../../electron/contract/capture-spec.ts';
import { decimalNumber, wholeNumber } from '../extract/typed-number.ts';
import { fieldErrorsOf, type FieldErrors } from '../profiles/field-errors.ts';
import { GIBIBYTE, MEBIBYTE, shownNumber, type CaptureValues } from './capture-values.ts';

/** Fields that are folded under Objects. */
export const OBJECT_FIELDS = [
  'rollBytes',
  'rollRows',
  'rollSeconds',
  'key',
  'compression',
  'unchanged',
] as const;
/** Fields that are folded under Snapshot and slot. */
export const SLOT_FIELDS = ['slot', 'parallel', 'spoolBytes', 'snapshot'] as const;

/** Names of the saved profiles that were chosen. */
export interface CapturePlaces {
  readonly connection: string | undefined;
  readonly destination: string | undefined;
}

/**
 * The job of what was typed, not yet checked. A profile that was not chosen has an empty name.
 * @param saved the job that is changed: it keeps what its history depends on
 */
export function captureSpecOf(
  values: CaptureValues,
  places: CapturePlaces,
  saved?: CaptureSpec,
): CaptureSpecInput {
  const slot = values.slot.trim();
  const typed: CaptureSpecInput = {
    name: values.name,
    source: { profile: places.connection ?? '' },
    destination: { profile: places.destination ?? '' },
    ...(values.chosenBy === 'tables'
      ? { tables: values.tables.map(({ schema, name }) => ({ schema, name })) }
      : { publication: values.publication }),
    format: values.format,
    compression: values.compression,
    unchanged: values.unchanged,
    key: values.key,
    snapshot: values.snapshot,
    ...bytesField('rollBytes', values.rollMebibytes, MEBIBYTE, saved?.rollBytes),
    ...numberField('rollRows', wholeNumber(values.rollRows)),
    ...numberField('rollSeconds', decimalNumber(values.rollSeconds)),
    ...numberField('parallel', wholeNumber(values.parallel)),
    ...bytesField('spoolBytes', values.spoolGibibytes, GIBIBYTE, saved?.spoolBytes),
    ...(slot !== '' && { slot }),
  };
  if (saved === undefined) return typed;
  const { name, source, destination, format, publication } = saved;
  return { ...typed, name, source, destination, format, ...(publication !== undefined && { publication }) };
}

/** What is wrong, by the field of the job. */
export function captureProblems(
  values: CaptureValues,
  places: CapturePlaces,
  saved?: CaptureSpec,
): FieldErrors {
  const errors: Record<string, string> = {
    ...fieldErrorsOf(captureSpecSchema, captureSpecOf(values, places, saved)),
  };
  for (const path of Object.keys(errors)) {
    // The schema speaks of members of a reference; the dialog has one field for it.
    if (path.startsWith('source')) errors['source'] = 'Choose a connection.';
    if (path.startsWith('destination')) errors['destination'] = 'Choose a destination.';
  }
  if (values.name.trim() === '') errors['name'] = 'Must not be empty.';
  if (values.chosenBy === 'tables' && values.tables.length === 0)
    errors['tables'] = 'Choose at least one table.';
  if (values.chosenBy === 'publication' && values.publication === '')
    errors['publication'] = 'Choose a publication.';
  if (!SLOT_NAME.test(values.slot.trim()))
    errors['slot'] = 'Must have only lower case letters, digits and "_", at most 63.';
  for (const [field, text] of Object.entries(numbersOf(values))) {
    // An empty field would take the default without a word.
    if (text.trim() === '') errors[field] = 'Must not be empty.';
    else if (Number.isNaN(decimalNumber(text) ?? 0)) errors[field] = 'Must be a number.';
  }
  if (Number.isNaN(wholeNumber(values.parallel) ?? 0)) errors['parallel'] = 'Must be a number, or empty.';
  return errors;
}

/** https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION */
const SLOT_NAME = /^[a-z0-9_]{0,63}$/;

/** What the slot will be called; undefined while nobody knows. */
export function slotOf({ name, slot }: Pick<CaptureValues, 'name' | 'slot'>): string | undefined {
  if (slot.trim() !== '') return slot.trim();
  return name.trim() === '' ? undefined : ownSlotName(name.trim());
}

/** Objects, in one line. */
export function objectsSummary(values: CaptureValues): string {
  const compression = values.format === 'parquet' ? '' : `${values.compression}, `;
  return `${compression}up to ${values.rollMebibytes} MiB or ${values.rollSeconds} s`;
}

/** Snapshot and slot, in one line. */
export function slotSummary(values: CaptureValues): string {
  const slot = slotOf(values);
  return `${values.snapshot ? 'rows first' : 'changes only'}${slot === undefined ? '' : `, slot ${slot}`}`;
}

/** Tables without those that are named, or with it at the end. */
export function toggledTable(
  tables: readonly CapturedTable[],
  table: CapturedTable,
): readonly CapturedTable[] {
  const others = tables.filter((each) => !isSame(each, table));
  return others.length === tables.length ? [...tables, { schema: table.schema, name: table.name }] : others;
}

/** Takes these as well; or none of them, where all are taken already. */
export function toggledTables(
  tables: readonly CapturedTable[],
  these: readonly CapturedTable[],
): readonly CapturedTable[] {
  const lacking = these.filter((table) => !tables.some((each) => isSame(each, table)));
  if (lacking.length > 0) return [...tables, ...lacking.map(({ schema, name }) => ({ schema, name }))];
  return tables.filter((table) => !these.some((each) => isSame(each, table)));
}

export function isSame(a: CapturedTable, b: CapturedTable): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** The numbers that must be there, as they were typed, by the field of the job. */
function numbersOf(values: CaptureValues): Readonly<Record<string, string>> {
  const { rollMebibytes: rollBytes, rollRows, rollSeconds, spoolGibibytes: spoolBytes } = values;
  return { rollBytes, rollRows, rollSeconds, spoolBytes };
}

function numberField<K extends string>(key: K, value: number | undefined): { [key in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: number });
}

/** Bytes that nobody has touched stay what they were, also where the field cannot show them to the byte. */
function bytesField<K extends string>(
  key: K,
  text: string,
  unit: number,
  saved: number | undefined,
): { [key in K]?: number } {
  if (saved !== undefined && text.trim() === shownNumber(saved / unit)) return numberField(key, saved);
  const typed = decimalNumber(text);
  return numberField(key, typed === undefined ? undefined : Math.round(typed * unit));
}
