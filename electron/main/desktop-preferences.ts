/** What the user has chosen about the desktop: the tray in a file of ours, the start at login as the system has it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { DesktopPreferences } from '../contract/desktop-preferences.ts';
import type { DesktopPort } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';
import { parseStored } from '../engine/store/read-json.ts';
import type { OpenStoredFile } from '../engine/open-stored-file.ts';
import type { LoginItem } from './login-item.ts';

const NAME = 'desktop';
const VERSION = 1;
const fileSchema = z.object({ version: z.literal(VERSION), tray: z.boolean() });

export interface DesktopPreferencesDeps {
  readonly folder: string;
  readonly open: OpenStoredFile;
  readonly loginItem: LoginItem;
  readonly log: Log;
}

export class DesktopPreferencesFile implements DesktopPort {
  readonly #deps: DesktopPreferencesDeps;
  readonly #file: string;
  #tray: boolean;
  #onTray: (wanted: boolean) => void = () => undefined;

  constructor(deps: DesktopPreferencesDeps) {
    this.#deps = deps;
    this.#file = path.join(deps.folder, `${NAME}.json`);
    this.#tray = this.#read();
  }

  get tray(): boolean {
    return this.#tray;
  }

  preferences(): DesktopPreferences {
    return { tray: this.#tray, startAtLogin: this.#deps.loginItem.isOn() };
  }

  async setPreferences({ tray, startAtLogin }: DesktopPreferences): Promise<void> {
    const { loginItem } = this.#deps;
    if (startAtLogin !== loginItem.isOn()) await loginItem.set(startAtLogin);
    if (tray === this.#tray) return;
    this.#deps.open(this.#deps.folder, NAME).store = { version: VERSION, tray };
    this.#tray = tray;
    this.#onTray(tray);
  }

  /** Tells the listener now, and after every change. */
  follow(listener: (wanted: boolean) => void): void {
    this.#onTray = listener;
    listener(this.#tray);
  }

  /** The app starts in any case: a file that cannot be read means that nothing was chosen. */
  #read(): boolean {
    if (!existsSync(this.#file)) return false;
    try {
      const { folder, open } = this.#deps;
      return parseStored(this.#file, open(folder, NAME).store, fileSchema).tray;
    } catch (error) {
      this.#deps.log.warn(`the choices about the desktop: ${String(error)}`);
      return false;
    }
  }
}
