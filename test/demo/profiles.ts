/** Saves the profiles of the demo through the engine's own calls, as the forms of the app do. */
import { callEngine } from '../../electron/cli/call-engine.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import { BUCKET, type DemoWorld } from './world.ts';

export const PROFILE_NAME = 'Demo';

export async function saveProfiles(
  engine: Engine,
  { database, s3 }: DemoWorld,
  signal: AbortSignal,
): Promise<void> {
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
      password: { kind: 'set', value: database.password },
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
        credentials: { kind: 'keys', accessKeyId: s3.credentials.accessKeyId },
      },
      secretKey: { kind: 'set', value: s3.credentials.secretAccessKey },
    },
    signal,
  );
}
