/** The snippets that the app writes for schedulers: names with spaces, quotes and signs come through whole. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { JobTimer } from '../../electron/contract/saved-job.ts';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import { jobNameOf } from '../../electron/contract/watermark-spec.ts';
import { portableSpec } from '../../renderer/features/jobs/portable-spec.ts';
import { timerText } from '../../renderer/features/jobs/job-words.ts';
import { SCHEDULERS, type Scheduler } from '../../renderer/features/jobs/snippets/schedule.ts';
import { cronFields, shellQuoted, slug } from '../../renderer/features/jobs/snippets/snippet.ts';

const every = (minutes: number): JobTimer => ({ kind: 'every', minutes });
const daily: JobTimer = { kind: 'daily', at: '06:05' };
const AWKWARD = `/home/o'neil/50% & "more" $HOME/Bestellungen Süd.json`;

function text(scheduler: Scheduler, when: JobTimer = every(15), file = '/jobs/orders.json', name = 'orders') {
  const { files, notes } = SCHEDULERS[scheduler].write({ name, file, when });
  return { all: files.map((each) => each.text).join('\n'), notes: notes.join(' ') };
}

test.each([
  [every(1), '* * * * *', undefined],
  [every(15), '*/15 * * * *', undefined],
  [every(60), '0 * * * *', undefined],
  [every(360), '0 */6 * * *', undefined],
  [every(1_440), '0 0 * * *', undefined],
  [every(7), '*/6 * * * *', 'this is every 6 minutes'],
  [every(45), '*/30 * * * *', 'this is every 30 minutes'],
  [every(90), '0 * * * *', 'this is every hour'],
  [every(10_080), '0 0 * * *', 'this is every 24 hours'],
  [daily, '5 6 * * *', undefined],
] as const)('cron says %j', (when, fields, note) => {
  const found = cronFields(when);
  expect(found.fields).toBe(fields);
  if (note === undefined) expect(found.note).toBeUndefined();
  else expect(found.note).toContain(note);
});

describe('a path with everything in it', () => {
  test.skipIf(process.platform === 'win32')('is one word for a shell', () => {
    const said = execFileSync('sh', ['-c', `printf %s ${shellQuoted(AWKWARD)}`], { encoding: 'utf8' });
    expect(said).toBe(AWKWARD);
  });

  test.skipIf(process.platform === 'win32')(
    'comes through cron, which ends a command at a percent sign',
    () => {
      const line = text('cron', every(15), AWKWARD).all.split('\n')[1] ?? '';
      expect(line.replaceAll(String.raw`\%`, '')).not.toContain('%');
      const command = line
        .replaceAll(String.raw`\%`, '%')
        .replace(/^.*?sluice run /, '')
        .replace(/ --json.*$/, '');
      expect(execFileSync('sh', ['-c', `printf %s ${command}`], { encoding: 'utf8' })).toBe(AWKWARD);
    },
  );

  test('is escaped for systemd, launchd, PowerShell and Python', () => {
    expect(text('systemd', daily, AWKWARD).all).toContain(
      String.raw`ExecStart=/usr/local/bin/sluice run "/home/o'neil/50%% & \"more\" $$HOME/Bestellungen Süd.json"`,
    );
    expect(text('launchd', daily, AWKWARD).all).toContain(
      `<string>/home/o'neil/50% &amp; "more" $HOME/Bestellungen Süd.json</string>`,
    );
    expect(text('windows', daily, AWKWARD).all).toContain(`"/home/o''neil/50% & "more" $HOME/`);
    expect(text('airflow', daily, `/x/o'neil "a".json`).all).toContain(
      String.raw`bash_command="sluice run '/opt/jobs/o'\\''neil \"a\".json' --json"`,
    );
  });
});

test.each([
  ['systemd', 'OnUnitActiveSec=15min', 'OnCalendar=*-*-* 06:05:00'],
  ['windows', 'New-TimeSpan -Minutes 15', "-Daily -At '06:05'"],
  ['launchd', '<integer>900</integer>', '<key>Hour</key><integer>6</integer>'],
  ['airflow', 'timedelta(minutes=15)', '"5 6 * * *"'],
  ['kubernetes', 'schedule: "*/15 * * * *"', 'schedule: "5 6 * * *"'],
] as const)('%s: every so often, and daily', (scheduler, often, atTime) => {
  expect(text(scheduler, every(15)).all).toContain(often);
  expect(text(scheduler, daily).all).toContain(atTime);
  // One run at a time, or the next one is turned away by the state.
  expect(text(scheduler).all).toContain('sluice');
});

test.each([
  ['orders', 'orders'],
  ['Bestellungen Süd', 'bestellungen-su-d'],
  ['日本', 'job'],
  [jobNameOf({ schema: 'public', name: 'Orders' }), 'public-orders'],
  ['x'.repeat(99), 'x'.repeat(52)],
])('the name of a unit for the job %s', (name, expected) => {
  expect(slug(name)).toBe(expected);
  expect(`sluice-${slug(name)}`).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
});

test('a job for another computer names no profile, and has no keys', () => {
  const settings = { host: 'db', port: 5432, database: 'shop', user: 'ann', tls: 'prefer' as const };
  const place = {
    bucket: 'lake',
    prefix: 'shop',
    region: 'eu-central-1',
    pathStyle: false,
    credentials: { kind: 'keys' as const, accessKeyId: 'AKIA' },
  };
  const spec = extractSpecSchema.parse({
    source: { profile: 'Shop' },
    selection: { table: { name: 'orders' } },
    destination: { profile: 'Lake' },
  });
  const base = { colour: 'blue' as const, readOnly: true, hasPassword: true };
  const id = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';
  const portable = portableSpec(spec, {
    connections: [{ ...base, id, name: 'Shop', settings }],
    destinations: [{ id, name: 'Lake', settings: place, hasSecretKey: true }],
  });
  expect(extractSpecSchema.parse(portable)).toMatchObject({
    source: { settings },
    destination: { s3: { ...place, credentials: { kind: 'default' } } },
  });
  expect(JSON.stringify(portable)).not.toContain('AKIA');
});

test.each([
  [every(1), 'every minute'],
  [every(90), 'every 90 minutes'],
  [every(120), 'every 2 hours'],
  [every(1_440), 'every day'],
  [every(2_880), 'every 2 days'],
  [daily, 'daily at 06:05'],
] as const)('%j in words', (when, words) => {
  expect(timerText(when)).toBe(words);
});
