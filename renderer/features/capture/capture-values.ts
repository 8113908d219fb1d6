/** What is typed into the dialog of a capture: of a new one, and of one that is saved. Pure. */
import {
  captureSpecSchema,
  type CapturedTable,
  type CaptureFormat,
  type CaptureSpec,
  type UnchangedStyle,
} from '../../../electron/contract/capture-spec.ts';
import type { Compression } from '../../../electron/contract/format.ts';

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
  readonly unchanged: UnchangedStyle;
  readonly snapshot: boolean;
  /** MiB, rows and seconds as they were typed. */
  readonly rollMebibytes: string;
  readonly rollRows: string;
  readonly rollSeconds: string;
  /** Connections; empty: what suits. */
  readonly parallel: string;
  /** GiB. */
  readonly spoolGibibytes: string;
  /** Empty: `sluice_<job>`. */
  readonly slot: string;
  readonly key: string;
}

export const MEBIBYTE = 1024 ** 2;
export const GIBIBYTE = 1024 ** 3;

/** The saved profiles that a job names. */
export interface CaptureProfiles {
  readonly connectionId: string | undefined;
  readonly destinationId: string | undefined;
}

/** What the dialog shows of a job that is saved. */
export function captureValuesOf(spec: CaptureSpec, profiles: CaptureProfiles): CaptureValues {
  const { name, tables, publication, format, compression, unchanged, snapshot, slot, key, parallel } = spec;
  return {
    name,
    ...profiles,
    chosenBy: tables === undefined ? 'publication' : 'tables',
    tables: tables ?? [],
    publication: publication ?? '',
    format,
    compression,
    unchanged,
    snapshot,
    rollMebibytes: shownNumber(spec.rollBytes / MEBIBYTE),
    rollRows: String(spec.rollRows),
    rollSeconds: shownNumber(spec.rollSeconds),
    parallel: parallel === undefined ? '' : String(parallel),
    spoolGibibytes: shownNumber(spec.spoolBytes / GIBIBYTE),
    slot: slot ?? '',
    key,
  };
}

/** At most three decimals, which is what can be typed. */
export function shownNumber(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

/** A dialog in which nothing has been typed: the defaults of the contract. */
export const BLANK_CAPTURE: CaptureValues = {
  ...captureValuesOf(
    captureSpecSchema.parse({
      name: 'blank',
      source: { profile: 'connection' },
      destination: { profile: 'destination' },
      publication: 'publication',
    }),
    { connectionId: undefined, destinationId: undefined },
  ),
  name: '',
  chosenBy: 'tables',
  publication: '',
};
