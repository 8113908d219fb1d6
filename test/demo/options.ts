import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Does the main job without a window, says what landed, and ends. */
  readonly once: boolean;
  /** With `once`: the result as one JSON object on stdout. */
  readonly json: boolean;
  /** Opens the browser even where Electron is installed. */
  readonly browser: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run demo -- [options]

  (none)      starts Postgres and S3 in a temporary folder, and opens Sluice on them until Ctrl-C
  --browser   opens it in the browser, also where Electron is installed
  --once      extracts "Orders" to order_extract.csv without a window, prints what landed, and ends
  --json      with --once: the result as one JSON object
`;

/** @throws TypeError for an option that there is not */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      browser: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.json && !values.once) throw new TypeError('--json goes with --once');
  return values;
}
