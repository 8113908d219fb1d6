/** The part of the dialog that makes a job incremental. Amounts are kept as they were typed. */
import type { Column, RelationRef } from '../../../electron/contract/relation.ts';
import {
  isTimed,
  jobNameOf,
  UNBOUNDED,
  type WatermarkMode,
  type WatermarkSpec,
} from '../../../electron/contract/watermark-spec.ts';

export interface WatermarkValues {
  readonly mode: 'full' | 'incremental';
  /** Empty: that of the relation. */
  readonly jobName: string;
  /** Empty: none yet. */
  readonly watermarkColumn: string;
  readonly watermarkMode: WatermarkMode;
  /** Empty: an hour. */
  readonly lookback: string;
  /** Empty: an hour. */
  readonly margin: string;
  /** True: the whole relation is looked through. */
  readonly marginLifted: boolean;
  readonly takesNulls: boolean;
}

export const NO_WATERMARK: WatermarkValues = {
  mode: 'full',
  jobName: '',
  watermarkColumn: '',
  watermarkMode: 'exact',
  lookback: '',
  margin: '',
  marginLifted: false,
  takesNulls: true,
};

/** Names that a job has because of this part. */
export function watermarkPartOf(
  values: WatermarkValues,
  relation: RelationRef,
): { name?: string; mode: 'full' | 'incremental'; watermark?: WatermarkSpec } {
  const typed = values.jobName.trim();
  if (values.mode === 'full') return { ...(typed !== '' && { name: typed }), mode: 'full' };
  const { watermarkMode: mode, takesNulls } = values;
  const lookback = values.lookback.trim();
  const margin = values.marginLifted ? UNBOUNDED : values.margin.trim();
  return {
    name: typed === '' ? jobNameOf(relation) : typed,
    mode: 'incremental',
    watermark: {
      column: values.watermarkColumn,
      mode,
      ...(usesLookback(mode) && lookback !== '' && { lookback }),
      ...(usesMargin(mode) && margin !== '' && { margin }),
      nulls: takesNulls ? 'include' : 'skip',
    },
  };
}

/** The inverse of {@link watermarkPartOf}. */
export function watermarkValuesOf(part: {
  readonly name?: string | undefined;
  readonly mode: 'full' | 'incremental';
  readonly watermark?: WatermarkSpec | undefined;
}): WatermarkValues {
  const { name = '', mode, watermark } = part;
  if (watermark === undefined) return { ...NO_WATERMARK, mode, jobName: name };
  const lifted = watermark.margin === UNBOUNDED;
  return {
    mode,
    jobName: name,
    watermarkColumn: watermark.column,
    watermarkMode: watermark.mode,
    lookback: watermark.lookback ?? '',
    margin: lifted ? '' : (watermark.margin ?? ''),
    marginLifted: lifted,
    takesNulls: watermark.nulls === 'include',
  };
}

export function usesLookback(mode: WatermarkMode): boolean {
  return mode === 'lookback' || mode === 'exact';
}

export function usesMargin(mode: WatermarkMode): boolean {
  return mode === 'exact' || mode === 'cap';
}

const TELLING_NAME = /(updat|modif|chang|touch)/i;
const LESS_TELLING_NAME = /(creat|insert|_at$|time|version|seq)/i;

/** The column that is most likely meant: one that an index finds, of times, whose name says that it changes. */
export function likelyWatermark(columns: readonly Column[]): Column | undefined {
  const score = ({ name, watermark, indexed }: Column) =>
    (watermark !== null && isTimed(watermark) ? 4 : 0) +
    (TELLING_NAME.test(name) ? 3 : LESS_TELLING_NAME.test(name) ? 1 : 0) +
    (indexed ? 2 : 0);
  return columns
    .filter(({ watermark, generated }) => watermark !== null && !generated)
    .toSorted((a, b) => score(b) - score(a))[0];
}

/** Why a column cannot be the watermark; undefined where it can. */
export function whyUnfit({ watermark, type }: Column): string | undefined {
  return watermark === null ? `${type} has no order that grows with each change` : undefined;
}

/** What is wrong with it, beyond what the contract says. */
export function watermarkProblems(values: WatermarkValues): {
  readonly watermark?: string;
} {
  if (values.mode === 'full' || values.watermarkColumn !== '') return {};
  return { watermark: 'Choose the column that grows with each change.' };
}
