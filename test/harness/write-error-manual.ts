/** Writes `docs/errors.md` (`npm run docs`). */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorManual } from './error-manual.ts';

await writeFile(path.resolve(import.meta.dirname, '../../docs/errors.md'), errorManual());
