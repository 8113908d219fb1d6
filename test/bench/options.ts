import { parseArgs } from 'node:util';
import { wholeNumber } from '../harness/whole-number.ts';

/** In the order in which they run. */
export const MEASUREMENT_NAMES = [
  'psql',
  'python',
  'memory',
  'preview',
  'calls',
  'decode',
  'capture',
  'incremental',
  'before',
  'capture-soak',
] as const;
export type MeasurementName = (typeof MEASUREMENT_NAMES)[number];

/** The soak takes as long as it is told to, and `before` needs another build: only for whoever asks for them. */
const ASKED_FOR: readonly MeasurementName[] = ['before', 'capture-soak'];
const UNASKED = MEASUREMENT_NAMES.filter((name) => !ASKED_FOR.includes(name));

export interface BenchOptions {
  readonly only: readonly MeasurementName[];
  /** Measured rounds of each side, after one that is thrown away. */
  readonly rounds: number;
  /** Rows of the large table. */
  readonly rows: number;
  /** How long the soak takes. */
  readonly minutes: number;
  /** The folder of another checkout, built: what `before` compares with. */
  readonly than: string | undefined;
  /** The result as one JSON object on stdout. */
  readonly json: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]

  --only NAMES   some of ${MEASUREMENT_NAMES.join(',')} (default: all but ${ASKED_FOR.join(' and ')})
  --rounds N     measured rounds of each side, after one to warm up (default: 5)
  --rows N       rows of the large table (default: 10000000); the Python script needs about 320 MB for each million
  --minutes N    how long capture-soak takes (default: 10)
  --than FOLDER  another checkout of Sluice, built: what \`before\` compares this one with
  --json         the result with all samples as one JSON object on stdout
`;

/** @throws TypeError that names the option which is wrong */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: UNASKED.join(',') },
      rounds: { type: 'string', default: '5' },
      rows: { type: 'string', default: '10000000' },
      minutes: { type: 'string', default: '10' },
      than: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const only = values.only.split(',').map(measurementName);
  if (only.includes('before') !== (values.than !== undefined)) {
    throw new TypeError('--only before and --than FOLDER go together');
  }
  return {
    only,
    rounds: wholeNumber('--rounds', values.rounds, 1, 100),
    rows: wholeNumber('--rows', values.rows, 10_000, 1_000_000_000),
    minutes: wholeNumber('--minutes', values.minutes, 1, 1_440),
    than: values.than,
    json: values.json,
    help: values.help,
  };
}

function measurementName(text: string): MeasurementName {
  const found = MEASUREMENT_NAMES.find((name) => name === text.trim());
  if (found === undefined) throw new TypeError(`--only: there is no measurement "${text}"`);
  return found;
}
