/** The addresses of the page's screens that the desktop sends people to; `renderer/state/route.ts` reads them. */

export function walScreen(connectionId: string): string {
  return `#/wal/${encodeURIComponent(connectionId)}`;
}

export function runScreen(runId: string): string {
  return `#/runs/${encodeURIComponent(runId)}`;
}

export function jobScreen(name: string): string {
  return `#/jobs/${encodeURIComponent(name)}`;
}
