/** The menu of the tray as data: a pure function of what the engine knows, so that a test can read it. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Run } from '../contract/run.ts';
import { runStateWords, runTitle } from './run-words.ts';
import { jobScreen, runScreen } from './screen-address.ts';

export interface TrayFacts {
  /** Runs that go on. */
  readonly active: readonly Run[];
  /** The last run that failed, where it has to be looked at. */
  readonly failed: Run | undefined;
  /** Names of captures that go on. */
  readonly captures: readonly string[];
  /** The timer that is due first. */
  readonly next: { readonly job: string; readonly at: string } | undefined;
}

export interface TrayActions {
  /** Shows the window, at a screen where one is named. */
  readonly open: (screen?: string) => void;
  readonly quit: () => void;
}

/** A menu that is longer than the screen cannot be read. */
const RUNS_SHOWN = 5;
/** Characters of a name. */
const NAME_SHOWN = 48;

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** @param words how a moment is written here */
export function trayMenu(
  facts: TrayFacts,
  actions: TrayActions,
  words: (at: string) => string,
): MenuItemConstructorOptions[] {
  return [
    { label: 'Open Sluice', click: () => actions.open() },
    SEPARATOR,
    ...whatGoesOn(facts, actions),
    ...whatIsNext(facts, actions, words),
    SEPARATOR,
    { label: 'Quit Sluice', click: () => actions.quit() },
  ];
}

function whatGoesOn({ active, captures }: TrayFacts, { open }: TrayActions): MenuItemConstructorOptions[] {
  const runs = active.slice(0, RUNS_SHOWN).map((run) => ({
    label: `${short(runTitle(run))}: ${runStateWords(run.state)}`,
    click: () => open(runScreen(run.id)),
  }));
  const more = active.length - runs.length;
  const items = [
    ...runs,
    ...(more > 0 ? [{ label: `${String(more)} more`, enabled: false }] : []),
    ...captures
      .slice(0, RUNS_SHOWN)
      .map((name) => ({ label: `Capture ${short(name)}: going on`, enabled: false })),
  ];
  return items.length > 0 ? items : [{ label: 'Nothing is running', enabled: false }];
}

function whatIsNext(
  { failed, next }: TrayFacts,
  { open }: TrayActions,
  words: (at: string) => string,
): MenuItemConstructorOptions[] {
  const items: MenuItemConstructorOptions[] = [];
  if (failed?.state.tag === 'failed') {
    items.push({
      label: `Last failed: ${short(runTitle(failed))}, ${words(failed.state.finishedAt)}`,
      click: () => open(runScreen(failed.id)),
    });
  }
  if (next !== undefined) {
    items.push({
      label: `Next: ${short(next.job)}, ${words(next.at)}`,
      click: () => open(jobScreen(next.job)),
    });
  }
  return items;
}

/** An ampersand would underline the letter behind it. */
function short(name: string): string {
  const letters = Array.from(name);
  const cut = letters.length > NAME_SHOWN ? `${letters.slice(0, NAME_SHOWN - 1).join('')}…` : name;
  return cut.replaceAll('&', '&&');
}
