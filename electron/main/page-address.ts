/**
 * Where the window's page comes from: the app's own protocol, or the development server under `electron-forge start`.
 * A protocol of our own instead of file:// gives the page a real origin and shows it nothing but the renderer.
 * https://www.electronjs.org/docs/latest/tutorial/security#18-avoid-usage-of-the-file-protocol-and-prefer-usage-of-custom-protocols
 */

/** Scheme of the app's own protocol. */
export const APP_SCHEME = 'app';
/** The one host of that protocol. */
export const APP_HOST = 'sluice';

export interface PageAddress {
  readonly url: string;
  readonly origin: string;
  /** True under the development server: reloading and the inspector are offered. */
  readonly development: boolean;
}

/** @param devServerUrl what Forge's Vite plugin defines while it develops, else undefined */
export function pageAddress(devServerUrl: string | undefined): PageAddress {
  if (devServerUrl !== undefined) {
    return { url: devServerUrl, origin: new URL(devServerUrl).origin, development: true };
  }
  const origin = `${APP_SCHEME}://${APP_HOST}`;
  return { url: `${origin}/`, origin, development: false };
}

/** The origin of an address; undefined for what has none. URL gives "null" as the origin of schemes it does not know. */
export function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return host === '' ? undefined : `${protocol}//${host}`;
}

/** True for the page itself, which may be loaded again; everything else is a navigation away. */
export function isPage(url: string, page: PageAddress): boolean {
  if (originOf(url) !== page.origin) return false;
  const { pathname } = new URL(url);
  return ['', '/', '/index.html'].includes(pathname);
}

/** Manuals that the Help menu and the hints point to. Opened in the user's browser, never in the app. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['www.postgresql.org', 'docs.aws.amazon.com']);

/** True for a link that may be handed to the operating system: anything else could start a program. */
export function mayOpenExternally(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, port } = new URL(url);
  return protocol === 'https:' && EXTERNAL_HOSTS.has(hostname) && username === '' && port === '';
}
