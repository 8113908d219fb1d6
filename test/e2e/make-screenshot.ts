/** `npm run screenshot`: the picture of the README, the rows of `Orders` with the dialog that extracts them. */
import path from 'node:path';
import { createOrders } from '../demo/sample-tables.ts';
import { launchChromium } from '../harness/chromium-launch.ts';
import { findChromium } from '../harness/chromium.ts';
import type { Database } from '../harness/postgres/database.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { startS3 } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import { BrowserDoor } from './browser-door.ts';
import { freshBuild } from './fresh-build.ts';
import { choosePreset, openExtractDialog, typePanel } from './screens/extract.ts';
import { openTable } from './screens/sidebar.ts';

const FILE = path.resolve(import.meta.dirname, '../../docs/images/extract.png');
const BUCKET = 'shop-extracts';

/** A larger window, drawn at 1280 by 800 pixels: it has room for the rows and the dialog. */
const WINDOW = {
  viewport: { width: 1536, height: 960 },
  deviceScaleFactor: 1280 / 1536,
  colorScheme: 'light',
} as const;

/** Moves the dialog away from the rows, and lets more of them through. */
const BELOW_ROWS = `
  .mantine-Modal-inner { align-items: flex-end; padding-bottom: 16px; }
  .dialog { max-height: 74vh; }
  .mantine-Modal-overlay { background: rgb(0 0 0 / 0.35); }`;

/** Enough beside `Orders` to look like a database that somebody works with. */
async function createNeighbours(database: Database): Promise<void> {
  await database.query(`
    CREATE TABLE customers AS SELECT id, 'customer ' || id AS name FROM generate_series(1, 4200) id;
    CREATE TABLE order_items AS SELECT id, id % 900 AS order_id, 1 AS quantity FROM generate_series(1, 31000) id;
    CREATE TABLE products AS SELECT id, 'product ' || id AS title FROM generate_series(1, 860) id;
    CREATE VIEW open_orders AS SELECT * FROM "Orders" WHERE "OrderStatus" = 'Backordered';
    ANALYZE`);
}

async function makeScreenshot(executablePath: string): Promise<void> {
  await freshBuild('renderer');
  await using folder = await makeTemporaryFolder('screenshot');
  await using postgres = await startPostgres({ folder: folder.path });
  await using s3 = await startS3({ buckets: [BUCKET] });
  await using database = await postgres.createDatabase('shop');
  await createOrders(database);
  await createNeighbours(database);
  await using browser = await launchChromium(executablePath);
  const place = { database, s3, bucket: BUCKET, dataFolder: path.join(folder.path, 'app') };
  await using app = await new BrowserDoor(browser, WINDOW).open(place, { profiles: true });
  const { page } = app;
  await openTable(page, 'Orders');
  await page.getByRole('gridcell', { name: 'Backordered' }).waitFor();
  await openExtractDialog(page);
  await choosePreset(page, 'Athena-ready Parquet');
  await typePanel(page).getByText('TIMESTAMP').first().waitFor();
  await page.addStyleTag({ content: BELOW_ROWS });
  await page.screenshot({ path: FILE });
}

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('There is no Chromium here: name one in SLUICE_CHROMIUM.');
await makeScreenshot(executablePath);
console.log(`Wrote ${FILE}`);
