/** The first page of a preview, as somebody waits for it who clicks on a table. */
import { atMost, type Figure } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { saveBenchProfiles, ServedClient } from '../served-client.ts';
import { median, quantile } from '../statistics.ts';

const PAGE_ROWS = 200;
const OPENINGS = 100;

/** Through the served app: the call, the connection to Postgres, the cursor, the rows, the way back. */
export async function measurePreview({ world, lines, signal }: Bench): Promise<Outcome> {
  await using client = await ServedClient.start(world);
  const connectionId = await saveBenchProfiles(client, world);
  const { schema, name, rows } = world.large;
  const times: number[] = [];
  for (let opening = 0; opening <= OPENINGS; opening++) {
    signal.throwIfAborted();
    const started = performance.now();
    const { previewId } = await client.call('preview.open', { connectionId, relation: { schema, name } });
    const page = await client.call('preview.page', { previewId, from: 0, count: PAGE_ROWS });
    times.push(performance.now() - started);
    if (page.rows.length !== PAGE_ROWS) throw new Error(`the page has ${page.rows.length} rows`);
    await client.call('preview.close', { previewId });
  }
  const [first = Number.NaN, ...later] = times;
  lines.say(`  the first of the process: ${first.toFixed(1)} ms, then ${median(later).toFixed(1)} ms`);
  const work = `first ${PAGE_ROWS} rows of a preview, table of ${rows.toLocaleString('en')} rows`;
  const figure = (what: string, value: number, from: string): Figure => ({
    work: `${work}: ${what}`,
    against: '-',
    value,
    unit: 'ms',
    goal: atMost(50),
    from,
  });
  return {
    figures: [
      figure(
        'p99',
        quantile(later, 0.99),
        `${median(later).toFixed(1)} ms (${quantile(later, 0).toFixed(1)} to ${quantile(later, 1).toFixed(1)})`,
      ),
      figure('the first after the start of the app', first, 'one value'),
    ],
    samples: { 'first page ms': times },
    notes: [],
  };
}
