import type { JobTimer } from '../../../../electron/contract/saved-job.ts';
import { slug, timeParts, type Snippet, type SnippetInput } from './snippet.ts';

/** A property list for the user's own agents. https://keith.github.io/xcode-man-pages/launchd.plist.5.html */
export function launchd({ name, file, when }: SnippetInput): Snippet {
  const label = `sluice.${slug(name)}`;
  return {
    files: [
      {
        place: `~/Library/LaunchAgents/${label}.plist`,
        text: `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>Label</key><string>${label}</string>
    <key>ProgramArguments</key>
    <array>
      <string>/usr/local/bin/sluice</string>
      <string>run</string>
      <string>${escaped(file)}</string>
    </array>
${timing(when)}
    <key>StandardErrorPath</key><string>/tmp/${label}.log</string>
  </dict>
</plist>
`,
      },
      {
        place: 'Switch it on',
        text: `launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/${label}.plist\n`,
      },
    ],
    notes: ['What the computer slept through is run once when it wakes up.'],
  };
}

function timing(when: JobTimer): string {
  if (when.kind === 'every') return `    <key>StartInterval</key><integer>${when.minutes * 60}</integer>`;
  const [hour, minute] = timeParts(when.at);
  return `    <key>StartCalendarInterval</key>
    <dict>
      <key>Hour</key><integer>${hour}</integer>
      <key>Minute</key><integer>${minute}</integer>
    </dict>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
