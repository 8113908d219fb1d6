/** The application menu as data: a pure function of the platform, so that a test can read it. */
import type { MenuItemConstructorOptions } from 'electron';
import { THEMES, type Theme } from './window-state.ts';

/** What the items do. */
export interface MenuActions {
  newConnection(): void;
  setTheme(theme: Theme): void;
  openManual(url: string): void;
}

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly appName: string;
  readonly theme: Theme;
  /** Reload and the inspector are for people who work on Sluice. */
  readonly development: boolean;
  readonly actions: MenuActions;
}

const MANUALS = [
  { label: 'Postgres: COPY', url: 'https://www.postgresql.org/docs/current/sql-copy.html' },
  { label: 'Postgres: Privileges', url: 'https://www.postgresql.org/docs/current/ddl-priv.html' },
  {
    label: 'Amazon S3: Multipart upload',
    url: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html',
  },
] as const;

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const mac = options.platform === 'darwin';
  return [
    ...(mac ? [macAppMenu(options)] : []),
    fileMenu(options, mac),
    { role: 'editMenu' },
    viewMenu(options),
    { role: 'windowMenu' },
    helpMenu(options, mac),
  ];
}

/** Without the usual Settings item: there is nothing to set that does not belong to a profile or a dialog. */
function macAppMenu(options: MenuOptions): MenuItemConstructorOptions {
  return {
    label: options.appName,
    submenu: [
      { role: 'about' },
      SEPARATOR,
      { role: 'services' },
      SEPARATOR,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      SEPARATOR,
      { role: 'quit' },
    ],
  };
}

function fileMenu({ actions }: MenuOptions, mac: boolean): MenuItemConstructorOptions {
  return {
    label: '&File',
    submenu: [
      { label: 'New connection', accelerator: 'CmdOrCtrl+N', click: () => actions.newConnection() },
      SEPARATOR,
      { role: 'close', label: 'Close window' },
      ...(mac ? [] : [SEPARATOR, { role: 'quit' } as const]),
    ],
  };
}

function viewMenu({ actions, theme, development }: MenuOptions): MenuItemConstructorOptions {
  const forDevelopment: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    SEPARATOR,
  ];
  return {
    label: '&View',
    submenu: [
      ...(development ? forDevelopment : []),
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      SEPARATOR,
      {
        label: 'Theme',
        submenu: THEMES.map((choice) => ({
          id: `theme-${choice}`,
          label: `${choice.charAt(0).toUpperCase()}${choice.slice(1)}`,
          type: 'radio' as const,
          checked: choice === theme,
          click: () => actions.setTheme(choice),
        })),
      },
      SEPARATOR,
      { role: 'togglefullscreen' },
    ],
  };
}

function helpMenu({ actions }: MenuOptions, mac: boolean): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      ...MANUALS.map(({ label, url }) => ({ label, click: () => actions.openManual(url) })),
      ...(mac ? [] : [SEPARATOR, { role: 'about' } as const]),
    ],
  };
}
