import { slug, timeParts, type Snippet, type SnippetInput } from './snippet.ts';

/** A service and its timer. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
export function systemd({ name, file, when }: SnippetInput): Snippet {
  const unit = `sluice-${slug(name)}`;
  const timing =
    when.kind === 'daily'
      ? [`OnCalendar=*-*-* ${clock(when.at)}:00`, 'Persistent=true']
      : ['OnActiveSec=1min', `OnUnitActiveSec=${when.minutes}min`];
  return {
    files: [
      {
        place: `~/.config/systemd/user/${unit}.service`,
        text: `[Unit]
Description=Sluice: ${escaped(name)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/bin/sluice run ${quoted(file)}
# The run before is still going on: no failure.
SuccessExitStatus=4
`,
      },
      {
        place: `~/.config/systemd/user/${unit}.timer`,
        text: `[Timer]\n${timing.join('\n')}\n\n[Install]\nWantedBy=timers.target\n`,
      },
      {
        place: 'Switch it on',
        text: `systemctl --user enable --now ${unit}.timer\nloginctl enable-linger\n`,
      },
    ],
    notes: [
      'A service that still runs is not started again. Leave SuccessExitStatus out to see other failures of the destination, which end with 4 too.',
    ],
  };
}

function clock(at: string): string {
  const [hour, minute] = timeParts(at);
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Percent signs are specifiers in every line of a unit. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}

function quoted(text: string): string {
  const safe = escaped(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('$', '$$$$');
  return `"${safe}"`;
}
