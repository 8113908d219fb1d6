/** What processes ask of the one that works on a run: a file for each run, which that one takes away. */
import { readFile, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../contract/app-error.ts';
import type { RunRequests } from '../run-requests.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { notWritable, writeFileAtomically } from './write-file.ts';

const VERSION = 1;

const requestSchema = z.object({
  version: z.literal(VERSION),
  ask: z.enum(['pause', 'continue', 'cancel']),
});

/** @param fileOf the file for a run */
export function requestFiles(fileOf: (runId: string) => string): RunRequests {
  return {
    ask: async (runId, ask) => {
      await writeFileAtomically(fileOf(runId), `${JSON.stringify({ version: VERSION, ask })}\n`);
    },
    isAsked: async (runId) =>
      await stat(fileOf(runId)).then(
        () => true,
        () => false,
      ),
    takeRequest: async (runId) => {
      const file = fileOf(runId);
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (isFileError(error, 'ENOENT')) return undefined;
        throw corrupt(file, 'the system refuses to read it', error);
      });
      if (text === undefined) return undefined;
      await rm(file, { force: true }).catch((error: unknown) => {
        throw notWritable(file, error);
      });
      try {
        return parseStoredText(file, text, requestSchema).ask;
      } catch (error) {
        // Of a later version, or damaged: it asks for nothing that could be done.
        if (error instanceof AppError) return undefined;
        throw error;
      }
    },
  };
}
