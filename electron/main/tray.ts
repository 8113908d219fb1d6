/** The icon in the tray, where the user has switched it on: what goes on, and the way back to the window. */
import { Menu, nativeImage, Tray } from 'electron';
import { needsAttention } from '../contract/run.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';
import { TRAY_ICON } from './tray-icon.ts';
import { trayMenu, type TrayActions, type TrayFacts } from './tray-menu.ts';

/** Milliseconds that changes are gathered: a menu that is made anew closes under the pointer on some desktops. */
const GATHER_MS = 500;

/** Runs to look through for one that failed and has to be looked at. */
const FAILED_SOUGHT = 20;

export interface TrayDeps extends TrayActions {
  readonly engine: Pick<Engine, 'calls' | 'subscribe' | 'activeCaptures'>;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
}

export class AppTray {
  readonly #deps: TrayDeps;
  /** Held, because a tray that is collected disappears. */
  #tray: Tray | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(deps: TrayDeps) {
    this.#deps = deps;
    deps.engine.subscribe(({ type }) => {
      if (['run', 'savedJobs', 'capture', 'captureRemoved'].includes(type)) this.#changed();
    });
  }

  /** True while the icon is there, so that a window can be closed without losing the way back. */
  get shown(): boolean {
    return this.#tray !== undefined;
  }

  /** Shows the icon, or takes it away. A desktop that has no tray is told in the log, and gets none. */
  show(wanted: boolean): void {
    if (wanted === this.shown) return;
    if (!wanted) {
      this.#tray?.destroy();
      this.#tray = undefined;
      return;
    }
    try {
      this.#tray = this.#make();
    } catch (error) {
      this.#deps.log.error(`cannot show the icon in the tray: ${String(error)}`);
      return;
    }
    void this.#draw();
  }

  #make(): Tray {
    const { platform, open } = this.#deps;
    const image = nativeImage.createFromBuffer(Buffer.from(TRAY_ICON, 'base64'), { scaleFactor: 2 });
    // On a Mac the system draws it light or dark; only its shape counts.
    if (platform === 'darwin') image.setTemplateImage(true);
    const tray = new Tray(image);
    tray.setToolTip('Sluice');
    // On a Mac a click opens the menu.
    if (platform !== 'darwin') tray.on('click', () => open());
    return tray;
  }

  #changed(): void {
    if (!this.shown || this.#gathering !== undefined) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      void this.#draw();
    }, GATHER_MS);
    this.#gathering.unref();
  }

  async #draw(): Promise<void> {
    try {
      const template = trayMenu(await this.#facts(), this.#deps, momentWords);
      // Set as a whole each time: on Linux a menu that was changed in place is not drawn again.
      this.#tray?.setContextMenu(Menu.buildFromTemplate(template));
    } catch (error) {
      this.#deps.log.error(`the menu of the tray: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #facts(): Promise<TrayFacts> {
    const { calls, activeCaptures } = this.#deps.engine;
    const context = { signal: new AbortController().signal };
    const [active, failed, saved] = await Promise.all([
      calls['runs.list']({ state: 'active', limit: FAILED_SOUGHT }, context),
      calls['runs.list']({ state: 'failed', limit: FAILED_SOUGHT }, context),
      calls['savedJobs.list']({}, context),
    ]);
    const due = saved.jobs
      .flatMap(({ name, timer }) => (timer === null ? [] : [{ job: name, at: timer.nextAt }]))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    return {
      active: active.runs,
      failed: failed.runs.find(({ state }) => needsAttention(state)),
      captures: activeCaptures(),
      next: due[0],
    };
  }
}

function momentWords(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
