/** What a host, the desktop and the command line see of the engine. */
import type { OpenStoredFile } from './open-stored-file.ts';
import type { S3Settings } from '../contract/destination-profile.ts';
import type { ConnectionSettings } from '../contract/connection-profile.ts';
import type { DesktopPreferences } from '../contract/desktop-preferences.ts';
import type { EngineEvent } from '../contract/events.ts';
import type { RunOrigin } from '../contract/run.ts';
import type { OwnSlot } from '../contract/wal-watch.ts';
import type { CallHandlers } from './call-handlers.ts';
import type { Clock, Log, SecretStore } from './ports.ts';
import type { ReadLimits } from './reading-state.ts';
import type { WatchPace } from './wal/watch-pace.ts';

/** What the desktop lends the engine, so that a window can ask for it over the same port as for everything else. */
export interface DesktopPort {
  preferences(): DesktopPreferences;
  /** Keeps them and acts on them. @throws AppError of the STORE_ family */
  setPreferences(wanted: DesktopPreferences): Promise<void>;
}

/** Everything that differs between the desktop, the served app, the command line and a test. */
export interface EngineDeps {
  readonly version: string;
  readonly platform: string;
  readonly origin: RunOrigin;
  /** Folder for profiles and history; made when it is not there. */
  readonly dataFolder: string;
  readonly secrets: SecretStore;
  readonly log: Log;
  /** How the file of profiles is opened; left out, as everywhere but in Electron. */
  readonly openFile?: OpenStoredFile;
  /** Left out where this is not the desktop. */
  readonly desktop?: DesktopPort;
  /** The salt of SHA-256 masks; left out, the engine makes one, and keeps it with the secrets. */
  readonly maskSalt?: string | undefined;
  readonly clock?: Clock;
  /** How sources are read; left out, what suits this machine. */
  readonly readLimits?: Partial<ReadLimits>;
  /** How often watched slots are looked at; left out, what suits servers that people work with. */
  readonly watchPace?: Partial<WatchPace>;
  /** How patient requests to S3 are; left out, what suits a real endpoint. */
  readonly s3Patience?: { readonly idleMs: number; readonly attempts: number };
}

/** A slot of Sluice that holds WAL, and the name of its connection. */
export interface HeldSlot extends OwnSlot {
  readonly connection: string;
  /** The beginning of a sentence: which slot, where, and how much it holds. */
  readonly text: string;
}

/** What a host tells the guardian of slots, and asks it before it lets the user go. */
export interface SlotGuard {
  /** Slots of Sluice that will hold WAL while Sluice is away, as far as the last minutes tell. */
  held(): readonly HeldSlot[];
  /** The computer is about to sleep: peeks end now, because a server would keep their slots until it gives up waiting. */
  aboutToSleep(): Promise<void>;
  /** The computer is awake again: watched connections are looked at. */
  awake(): void;
}

export interface Engine {
  /** The implementation of the table of calls. */
  readonly calls: CallHandlers;
  /** Hears every event from now on; the function that is returned ends it. */
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /**
   * Lends the engine a connection that is not saved, under an id that every call accepts, until it closes. Runs with
   * the same settings use its password.
   */
  lend(settings: ConnectionSettings, password: string | undefined): string;
  /** Lends the engine the secret of an access key that is not saved, until it closes; temporary keys have a token. */
  lendKeys(settings: S3Settings, secretKey: string, sessionToken?: string): void;
  readonly slots: SlotGuard;
  /** Ids of runs that this process works on. */
  activeRuns(): readonly string[];
  /** Names of captures that this process works on. */
  activeCaptures(): readonly string[];
  /** Cancels the runs of this process, ends its captures in good order, closes previews and connections. */
  close(): Promise<void>;
}
