/** A notice of the system for a run of this app that has failed while nobody looked at its window. */
import { BrowserWindow } from 'electron';
import { needsAttention } from '../contract/run.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { Notify } from './notify.ts';
import { runTitle } from './run-words.ts';
import { runScreen } from './screen-address.ts';

export function noticeFailures(engine: Pick<Engine, 'subscribe'>, notify: Notify): void {
  const told = new Set<string>();
  engine.subscribe((event) => {
    if (event.type !== 'run') return;
    const { run } = event;
    const { state } = run;
    // Not of a command line: whoever called it has been told, by its output and by its exit code.
    if (run.origin === 'cli' || state.tag !== 'failed' || !needsAttention(state)) {
      // One that was resumed can fail again.
      told.delete(run.id);
      return;
    }
    if (told.has(run.id) || BrowserWindow.getFocusedWindow() !== null) return;
    told.add(run.id);
    notify(`${runTitle(run)} has failed`, state.error.message, runScreen(run.id));
  });
}
