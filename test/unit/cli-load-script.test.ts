import { describe, expect, it } from 'vitest';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { cliWorld } from '../fakes/cli-world.ts';

const MANIFEST = 's3://lake/shop/_sluice/runs/20261122T093000Z-4f3a9c21/manifest.json';

describe('sluice load-script', () => {
  function world() {
    const asked: unknown[] = [];
    const loadScript: CallHandlers['manifests.loadScript'] = (input) => {
      asked.push(input);
      const files = [
        { name: 'Orders-redshift.sql', text: 'COPY …\n' },
        { name: 'Orders-redshift-manifest.json', text: '{}\n', uri: 's3://lake/x/redshift-manifest.json' },
      ];
      return Promise.resolve({ files });
    };
    return { asked, run: cliWorld({ 'manifests.loadScript': loadScript }).run };
  }

  it('shows the script alone, and says what else it needs', async () => {
    const { asked, run } = world();
    const { exitCode, out, err } = await run('load-script', 'redshift', MANIFEST, '--destination', 'Lake');
    expect([exitCode, out]).toEqual([0, 'COPY …\n']);
    expect(err).toContain('Orders-redshift-manifest.json as s3://lake/x/redshift-manifest.json');
    expect(asked).toEqual([
      {
        target: 'redshift',
        destination: { profile: 'Lake' },
        manifestKey: MANIFEST.slice('s3://lake/'.length),
      },
    ]);
  });

  it('shows a file that the script needs', async () => {
    const { run } = world();
    const name = 'Orders-redshift-manifest.json';
    expect(await run('load-script', 'redshift', MANIFEST, '--file', name)).toMatchObject({
      exitCode: 0,
      out: '{}\n',
      err: '',
    });
  });

  it.each<[string[], RegExp]>([
    [['redshift', MANIFEST, '--file', 'x'], /there is no x, only Orders-redshift.sql/],
    [['oracle', MANIFEST], /value 'oracle' is invalid/],
    [['redshift'], /missing required argument 'manifest'/],
    [['redshift', 's3://lake'], /names a bucket and no manifest/],
  ])('%j is refused', async (args, message) => {
    const { exitCode, out, err } = await world().run('load-script', ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});
