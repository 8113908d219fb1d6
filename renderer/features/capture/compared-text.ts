import type { TableVerification } from '../../../electron/contract/capture-verification.ts';
import { countOf, formatCount } from '../../format/counts.ts';

/** How the files and the table differ, in words. */
export function comparedText({ compared, irregular, note }: TableVerification): string {
  const irregularText = irregular === 0 ? [] : [`${countOf(irregular, 'change')} out of order`];
  if (compared === null) return [...irregularText, note ?? 'not compared'].join(', ');
  const { missing, extra, different } = compared;
  const differences = [
    ...irregularText,
    ...(missing === 0 ? [] : [`${formatCount(missing)} missing`]),
    ...(extra === 0 ? [] : [`${formatCount(extra)} too many`]),
    ...(different === 0 ? [] : [`${formatCount(different)} different`]),
  ];
  const said = differences.length === 0 ? 'the same' : differences.join(', ');
  return note === null ? said : `${said}; ${note}`;
}
