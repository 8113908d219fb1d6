/** What a snippet is made of, and the list of those that there are. */
import { airflow } from './airflow.ts';
import { cron } from './cron.ts';
import { kubernetes } from './kubernetes.ts';
import { launchd } from './launchd.ts';
import { systemd } from './systemd.ts';
import { taskScheduler } from './task-scheduler.ts';
import type { Snippet, SnippetInput } from './snippet.ts';

export const SCHEDULERS = {
  cron: { title: 'cron', write: cron },
  systemd: { title: 'systemd timer', write: systemd },
  windows: { title: 'Task Scheduler', write: taskScheduler },
  launchd: { title: 'launchd', write: launchd },
  airflow: { title: 'Airflow', write: airflow },
  kubernetes: { title: 'Kubernetes', write: kubernetes },
} as const satisfies Record<
  string,
  { readonly title: string; readonly write: (input: SnippetInput) => Snippet }
>;
export type Scheduler = keyof typeof SCHEDULERS;

/** The one that this computer most likely has. @param platform as Node names it */
export function likelyScheduler(platform: string): Scheduler {
  if (platform === 'win32') return 'windows';
  return platform === 'darwin' ? 'launchd' : 'cron';
}
