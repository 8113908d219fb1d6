import type { AppError } from '../../../electron/contract/app-error.ts';
import type { TableVerification } from '../../../electron/contract/capture-verification.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { joinSentences } from '../../format/sentence.ts';

/** Why the files of a capture that has ended were only read. */
export function notComparedText({ code, message, hint }: AppError): string {
  return code === 'DATA_CAPTURE_LAGS'
    ? 'The tables have changes that the capture has not written since it ended. Start it, and verify again.'
    : joinSentences(message, hint);
}

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
