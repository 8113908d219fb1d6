/** A text that tells a scheduler to run a job, and how names get into it. */
import type { JobTimer } from '../../../../electron/contract/saved-job.ts';

export interface SnippetInput {
  readonly name: string;
  /** Path of the job file, on the computer that runs it. */
  readonly file: string;
  readonly when: JobTimer;
}

export interface SnippetFile {
  /** Where it goes, or what it is. */
  readonly place: string;
  readonly text: string;
}

export interface Snippet {
  readonly files: readonly SnippetFile[];
  /** What else has to be known. */
  readonly notes: readonly string[];
}

/** Hour and minute of `06:30`. */
export function timeParts(at: string): readonly [hour: number, minute: number] {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return [hour, minute];
}

/** The name with nothing in it but what every scheduler takes: `orders-to-the-lake`. */
export function slug(name: string): string {
  const clean = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 52)
    .replace(/-+$/, '');
  return clean === '' ? 'job' : clean;
}

/** As a shell of POSIX reads it. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The file's own name, whichever system it comes from. */
export function baseName(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file;
}

/**
 * Five fields of cron. A distance that does not divide the hour, or the day, cannot be said in them: then the nearest
 * one that can is taken, and is named, so that nobody is misled.
 */
export function cronFields(when: JobTimer): { readonly fields: string; readonly note: string | undefined } {
  if (when.kind === 'daily') {
    const [hour, minute] = timeParts(when.at);
    return { fields: `${minute} ${hour} * * *`, note: undefined };
  }
  const { minutes } = when;
  const fits = minutes < 60 ? 60 % minutes === 0 : minutes % 60 === 0 && 24 % (minutes / 60) === 0;
  const possible = fits ? minutes : nearestPossible(minutes);
  const hours = possible / 60;
  const fields =
    possible === 1
      ? '* * * * *'
      : possible < 60
        ? `*/${possible} * * * *`
        : hours === 1
          ? '0 * * * *'
          : hours >= 24
            ? '0 0 * * *'
            : `0 */${hours} * * *`;
  const note = fits
    ? undefined
    : `cron cannot say “every ${minutes} minutes”; this is every ${possible < 60 ? `${possible} minutes` : hours === 1 ? 'hour' : `${hours} hours`}.`;
  return { fields, note };
}

function nearestPossible(minutes: number): number {
  const possible = [
    1,
    2,
    3,
    4,
    5,
    6,
    10,
    12,
    15,
    20,
    30,
    ...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * 60),
  ];
  return possible.reduce((best, each) => (Math.abs(each - minutes) < Math.abs(best - minutes) ? each : best));
}
