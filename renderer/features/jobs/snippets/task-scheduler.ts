import type { JobTimer } from '../../../../electron/contract/saved-job.ts';
import { slug, type Snippet, type SnippetInput } from './snippet.ts';

/** PowerShell, because `schtasks` has no way to say what happens to a run that still goes on. */
export function taskScheduler({ name, file, when }: SnippetInput): Snippet {
  return {
    files: [
      {
        place: 'PowerShell',
        text: `$action = New-ScheduledTaskAction -Execute 'C:\\Program Files\\nodejs\\node.exe' -Argument ${quoted(`C:\\sluice\\bin\\sluice.mjs run "${file}"`)}
$trigger = ${trigger(when)}
$settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -StartWhenAvailable
Register-ScheduledTask -TaskName ${quoted(`Sluice ${slug(name)}`)} -Action $action -Trigger $trigger -Settings $settings
`,
      },
    ],
    notes: [
      'A run that still goes on is not met by another one, and what was missed while the computer was off is run once.',
      'The password of Postgres lies in %APPDATA%\\postgresql\\pgpass.conf of the user that runs the task.',
    ],
  };
}

function trigger(when: JobTimer): string {
  return when.kind === 'daily'
    ? `New-ScheduledTaskTrigger -Daily -At ${quoted(when.at)}`
    : `New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes ${when.minutes})`;
}

/** Single quotes: nothing in them is a variable. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
