/** The options of Parquet, from what the dialog holds. */
import type { ParquetFormat } from '../../../electron/contract/format.ts';
import type { ExtractValues } from './extract-values.ts';
import { wholeNumber } from './typed-number.ts';

export function parquetFormatOf(values: ExtractValues): ParquetFormat {
  const size = wholeNumber(values.rowGroup);
  const [precision, scale] = [wholeNumber(values.precision), wholeNumber(values.scale)];
  return {
    kind: 'parquet',
    ...(size !== undefined && {
      rowGroup: values.rowGroupIn === 'rows' ? { rows: size } : { bytes: size * 1_000_000 },
    }),
    ...(values.numericAs === 'double' && { unboundedNumeric: 'double' as const }),
    ...(values.numericAs === 'decimal' && {
      unboundedNumeric: { precision: precision ?? Number.NaN, scale: scale ?? Number.NaN },
    }),
  };
}

/** What is wrong with them; the contract says it of a union, which has no words for the part that was meant. */
export function parquetProblems(values: ExtractValues): {
  readonly rowGroup?: string;
  readonly precision?: string;
} {
  if (values.kind !== 'parquet') return {};
  const size = wholeNumber(values.rowGroup);
  const most = values.rowGroupIn === 'rows' ? 10_000_000 : 1_073;
  const [precision, scale] = [wholeNumber(values.precision) ?? 0, wholeNumber(values.scale) ?? -1];
  const decimal = values.numericAs === 'decimal';
  return {
    ...(size !== undefined &&
      !(size >= 1 && size <= most) && { rowGroup: `Must be from 1 to ${most.toLocaleString('en')}` }),
    ...(decimal && !(precision >= 1 && precision <= 38) && { precision: 'Must be from 1 to 38 digits' }),
    ...(decimal &&
      precision >= 1 &&
      !(scale >= 0 && scale <= precision) && { precision: 'The scale must be from 0 to the precision' }),
  };
}
