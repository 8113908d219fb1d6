import {
  captureExtension,
  captureKeyProblem,
  renderCaptureKey,
} from '../../../electron/contract/capture-key.ts';
import type { CaptureValues } from './capture-values.ts';

/** A position that looks like one. */
const EXAMPLE_LSN = 0x5a_01b8_0000n;

/** The key that an object of the first table would have; undefined where the template makes none. */
export function captureKeyExample(
  { key, name, tables, format, compression }: CaptureValues,
  now: Date,
): string | undefined {
  const template = key.trim();
  if (template === '' || captureKeyProblem(template) !== undefined) return undefined;
  const [table = { schema: 'public', name: 'table' }] = tables;
  try {
    return renderCaptureKey(template, '', {
      job: name.trim() === '' ? 'job' : name.trim(),
      database: 'database',
      schema: table.schema,
      table: table.name,
      fromLsn: EXAMPLE_LSN,
      toLsn: EXAMPLE_LSN + 0x5d70n,
      at: now,
      part: 1,
      snapshot: false,
      ext: captureExtension(format, compression),
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
