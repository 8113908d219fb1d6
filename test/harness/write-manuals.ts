/** Writes the pages of `docs/` that are made from the code (`npm run docs`). */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GUARANTEES } from '../guarantees.ts';
import { errorManual } from './error-manual.ts';
import { guaranteePage } from './guarantee-page.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');
await writeFile(path.join(docs, 'errors.md'), errorManual());
await writeFile(path.join(docs, 'guarantees.md'), guaranteePage(GUARANTEES));
