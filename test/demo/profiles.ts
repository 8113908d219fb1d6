/** Saves the profiles of the demo through the engine's own calls, as the forms of the app do. */
import { callEngine } from '../../electron/cli/call-engine.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import { BUCKET, type DemoWorld } from './world.ts';

export const PROFILE_NAME = 'Demo';

/**
 * Where the app finds the secrets. The desktop keeps its own in the keychain, where this process cannot put any: there
 * the password and the keys come from the environment, as they do for psql and the AWS command line.
 */
export type SecretPlace = 'saved' | 'environment';

export async function saveProfiles(
  engine: Engine,
  { database, s3 }: DemoWorld,
  secrets: SecretPlace,
  signal: AbortSignal,
): Promise<void> {
  const saved = secrets === 'saved';
  await callEngine(
    engine,
    'connections.save',
    {
      name: PROFILE_NAME,
      colour: 'teal',
      readOnly: false,
      settings: {
        host: database.host,
        port: database.port,
        database: database.database,
        user: database.user,
        tls: 'disable',
      },
      password: saved ? { kind: 'set', value: database.password } : { kind: 'clear' },
    },
    signal,
  );
  await callEngine(
    engine,
    'destinations.save',
    {
      name: PROFILE_NAME,
      settings: {
        bucket: BUCKET,
        prefix: '',
        region: s3.region,
        endpoint: s3.endpoint,
        pathStyle: true,
        credentials: saved ? { kind: 'keys', accessKeyId: s3.credentials.accessKeyId } : { kind: 'default' },
      },
      secretKey: saved ? { kind: 'set', value: s3.credentials.secretAccessKey } : { kind: 'clear' },
    },
    signal,
  );
}

/** The environment in which the profiles work without saved secrets. */
export function secretsEnvironment({ database, s3 }: DemoWorld, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // A profile or a session of the user's own would come before the keys.
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(kept),
    PGPASSWORD: database.password,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
}
