/** The profiles that scenarios begin with, saved through the engine's own calls as the forms do. */
import { callEngine } from '../../electron/cli/call-engine.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import type { Place } from './door.ts';

export const CONNECTION = 'Shop';
export const DESTINATION = 'Lake';

/** `environment`: for the desktop, in whose keychain nobody else can put a secret. */
export type SecretPlace = 'saved' | 'environment';

export async function saveProfiles(engine: Engine, place: Place, secrets: SecretPlace): Promise<void> {
  const { database, s3, bucket } = place;
  const { signal } = new AbortController();
  const saved = secrets === 'saved';
  const { host, port, user, password } = database;
  await callEngine(
    engine,
    'connections.save',
    {
      name: CONNECTION,
      colour: 'teal',
      readOnly: false,
      settings: { host, port, database: database.database, user, tls: 'prefer' },
      password: saved ? { kind: 'set', value: password } : { kind: 'clear' },
    },
    signal,
  );
  const { accessKeyId, secretAccessKey } = s3.credentials;
  await callEngine(
    engine,
    'destinations.save',
    {
      name: DESTINATION,
      settings: {
        bucket,
        prefix: '',
        region: s3.region,
        endpoint: s3.endpoint,
        pathStyle: true,
        credentials: saved ? { kind: 'keys', accessKeyId } : { kind: 'default' },
      },
      secretKey: saved ? { kind: 'set', value: secretAccessKey } : { kind: 'clear' },
    },
    signal,
  );
}

/** The environment of a program that is to get in without saved secrets, as psql and the AWS command line do. */
export function secretsEnvironment({ database, s3 }: Place): Record<string, string> {
  // A profile or a session of the user's own would come before the keys.
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('AWS_') ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(kept),
    PGPASSWORD: database.password,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
}
