import { ERRORS, exitCodeOf, type ErrorCode, type Retry } from '../../electron/contract/error-table.ts';

const RETRIES: Readonly<Record<Retry, string>> = {
  never: 'no',
  timed: 'yes, after a while',
  manual: 'once it is mended',
};

/** `docs/errors.md`, made from the table, so that the two cannot differ. */
export function errorManual(): string {
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
    const { hint, retry } = ERRORS[code];
    return `| \`${code}\` | ${exitCodeOf(code)} | ${RETRIES[retry]} | ${cellOf(hint)} |`;
  });
  return [
    '# Errors',
    '',
    'Every error has one of these codes, a sentence that says what happened, and a hint. The exit code is that of the command line.',
    'This page is made from `electron/contract/error-table.ts`: `npm run docs` writes it anew.',
    '',
    '| code | exit | is it worth trying again? | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What is between backticks stands for itself; elsewhere a < would begin a tag. */
function cellOf(hint: string): string {
  const pieces = hint.replaceAll('|', '\\|').split('`');
  return pieces.map((piece, at) => (at % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece)).join('`');
}
