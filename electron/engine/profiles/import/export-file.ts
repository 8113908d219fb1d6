/** The file that `profiles.export` gives and `profiles.import` takes: profiles without ids and without secrets. */
import { z } from 'zod';
import { AppError } from '../../../contract/app-error.ts';
import { connectionProfileSchema, type ConnectionProfile } from '../../../contract/connection-profile.ts';
import { destinationProfileSchema, type DestinationProfile } from '../../../contract/destination-profile.ts';
import { importFailed, type ImportedProfiles } from './imported-profiles.ts';

const VERSION = 1;
/** Profiles in one file: bounds what an import can save. */
const PROFILES_MAX = 1_000;

const exportSchema = z.object({
  sluice: z.literal('profiles'),
  version: z.literal(VERSION),
  connections: z.array(connectionProfileSchema.omit({ id: true, hasPassword: true })).max(PROFILES_MAX),
  destinations: z.array(destinationProfileSchema.omit({ id: true, hasSecretKey: true })).max(PROFILES_MAX),
});

const headSchema = z.object({ sluice: z.literal('profiles'), version: z.int().min(1) });

/** The profiles as text, in their order. */
export function exportText(
  connections: readonly ConnectionProfile[],
  destinations: readonly DestinationProfile[],
): string {
  const content: z.input<typeof exportSchema> = {
    sluice: 'profiles',
    version: VERSION,
    connections: connections.map(({ name, colour, readOnly, settings }) => ({
      name,
      colour,
      readOnly,
      settings,
    })),
    destinations: destinations.map(({ name, settings }) => ({ name, settings })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** @throws AppError `CONFIG_IMPORT_FAILED` naming the field, or `STORE_VERSION_NEWER` */
export function importExportFile(text: string): ImportedProfiles {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw importFailed('The text begins like JSON and is not JSON');
  }
  const head = headSchema.safeParse(value);
  if (!head.success) throw importFailed('The JSON is not an export of Sluice profiles');
  if (head.data.version > VERSION) {
    throw new AppError(
      'STORE_VERSION_NEWER',
      `The export has version ${head.data.version}; this Sluice reads ${VERSION}`,
    );
  }
  const parsed = exportSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw importFailed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const { connections, destinations } = parsed.data;
  return {
    connections: connections.map((connection) => ({ ...connection, password: undefined })),
    destinations: destinations.map((destination) => ({ ...destination, secretKey: undefined })),
    warnings: ['An export holds no passwords and no secret keys: enter them in the profiles that need them'],
  };
}
