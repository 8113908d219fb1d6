/**
 * A process that writes to a data folder as fast as it can, until it is killed or has written what it was asked for.
 * Arguments: the folder, what to write (`runs`, `profiles` or `secrets`), a number of its own, how often (0: for ever).
 */
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { createProfileFile } from '../../electron/engine/store/profile-file.ts';
import { createRunFiles } from '../../electron/engine/store/run-files.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { storedRun } from '../fakes/stored-run.ts';

const [folder = '', kind = '', writer = '0', times = '0'] = process.argv.slice(2);
const limit = times === '0' ? Infinity : Number(times);

const runs = createRunFiles(folder, memoryLog());
const profiles = createProfileFile(folder, memoryLog());
const secrets = createKeyFileSecrets(folder);

const idOf = (n: number) => `00000000-0000-4000-8000-${writer.padStart(4, '0')}${String(n).padStart(8, '0')}`;

async function write(n: number): Promise<void> {
  if (kind === 'runs') return runs.save(storedRun(Number(writer), { rows: n }));
  if (kind === 'secrets') return secrets.set(`connection:${writer}`, `secret ${String(n)}`);
  return profiles.update((lists) => ({
    ...lists,
    connections: [
      ...lists.connections.slice(-200),
      {
        id: idOf(n),
        name: idOf(n),
        colour: 'gray',
        readOnly: false,
        hasPassword: false,
        settings: { host: 'db', port: 5432, database: 'shop', user: 'ada', tls: 'prefer' },
      },
    ],
  }));
}

// Only then: of one that was killed before its first write nothing could be found.
await write(0);
process.stdout.write('ready\n');
for (let n = 1; n < limit; n += 1) await write(n);
