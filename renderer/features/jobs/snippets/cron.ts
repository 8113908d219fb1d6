import { cronFields, shellQuoted, slug, type Snippet, type SnippetInput } from './snippet.ts';

/** A line for `crontab -e`. In a crontab a percent sign ends the command, wherever it stands. */
export function cron({ name, file, when }: SnippetInput): Snippet {
  const { fields, note } = cronFields(when);
  const command = `sluice run ${shellQuoted(file)} --json >> "$HOME/sluice-${slug(name)}.jsonl" 2>&1`;
  return {
    files: [
      {
        place: 'crontab -e',
        text: `PATH=/usr/local/bin:/usr/bin:/bin\n${fields}  ${command.replaceAll('%', String.raw`\%`)}\n`,
      },
    ],
    notes: [
      ...(note === undefined ? [] : [note]),
      'cron does not make up for what it missed while the computer was off: the next run takes it along.',
    ],
  };
}
