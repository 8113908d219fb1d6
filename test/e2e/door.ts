/**
 * A door is a way into the app that a person can take: the served app in Chromium, or the desktop app in Electron.
 * Scenarios are functions over the window behind it, so that each holds for both.
 */
import type { Page } from 'playwright-core';
import type { EngineDeps } from '../../electron/engine/engine-api.ts';
import type { S3Server } from '../harness/s3/s3-server.ts';
import type { DatabaseAddress } from '../harness/postgres/database.ts';

/** What there is to connect to. */
export interface Place {
  readonly database: DatabaseAddress;
  readonly s3: S3Server;
  readonly bucket: string;
  /** Where the app keeps profiles and history; empty at first. */
  readonly dataFolder: string;
}

export interface OpenOptions {
  /** Saves the connection and the destination of `profiles.ts` before the app opens. */
  readonly profiles: boolean;
  /** How the engine cuts tables up; of use where it is in this process. */
  readonly readLimits?: EngineDeps['readLimits'];
}

export interface Door<App extends OpenApp = OpenApp> {
  open(place: Place, options: OpenOptions): Promise<App>;
}

/** The app with its window. */
export interface OpenApp extends AsyncDisposable {
  readonly page: Page;
  /** Errors on the console, uncaught errors, refusals by the content security policy; errors in the log of the host. */
  readonly problems: readonly string[];
  /** Every WebSocket message that the window has received; undefined where it does not use one. */
  readonly received: readonly string[] | undefined;
  /** The text on the clipboard. */
  clipboard(): Promise<string>;
  /** The text of the file that the window offers to save while `act` runs. */
  savedFile(act: () => Promise<void>): Promise<string>;
}
