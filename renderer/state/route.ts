/** Which screen is shown, kept in the address after the `#` so that reload and the back button work everywhere. */
import type { RelationRef } from '../../electron/contract/relation.ts';
import { createStore, useStore } from './store.ts';

export type Route =
  | { readonly screen: 'home' }
  | { readonly screen: 'browse'; readonly connectionId: string; readonly relation: RelationRef | undefined }
  | { readonly screen: 'wal'; readonly connectionId: string }
  | { readonly screen: 'captures' }
  | { readonly screen: 'capture'; readonly name: string }
  | { readonly screen: 'jobs' }
  | { readonly screen: 'job'; readonly name: string }
  | { readonly screen: 'runs' }
  | { readonly screen: 'run'; readonly runId: string };

/** Reads the part of an address after `#`; what it does not understand is the first screen. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const [screen, first, second, third] = parts.map(decode);
  if (screen === 'runs') return first === undefined ? { screen: 'runs' } : { screen: 'run', runId: first };
  if (screen === 'captures')
    return first === undefined ? { screen: 'captures' } : { screen: 'capture', name: first };
  if (screen === 'jobs') return first === undefined ? { screen: 'jobs' } : { screen: 'job', name: first };
  if (screen === 'wal' && first !== undefined) return { screen: 'wal', connectionId: first };
  if (screen === 'connections' && first !== undefined) {
    const relation =
      second !== undefined && third !== undefined ? { schema: second, name: third } : undefined;
    return { screen: 'browse', connectionId: first, relation };
  }
  return { screen: 'home' };
}

/** The inverse of {@link parseRoute}. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case 'home':
      return '#/';
    case 'wal':
      return `#/wal/${encodeURIComponent(route.connectionId)}`;
    case 'captures':
      return '#/captures';
    case 'capture':
      return `#/captures/${encodeURIComponent(route.name)}`;
    case 'jobs':
      return '#/jobs';
    case 'job':
      return `#/jobs/${encodeURIComponent(route.name)}`;
    case 'runs':
      return '#/runs';
    case 'run':
      return `#/runs/${encodeURIComponent(route.runId)}`;
    case 'browse': {
      const { connectionId, relation } = route;
      const names = relation === undefined ? [] : [relation.schema, relation.name];
      return `#/connections/${[connectionId, ...names].map(encodeURIComponent).join('/')}`;
    }
  }
}

function decode(part: string): string | undefined {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

const current = createStore<Route>({ screen: 'home' });

/** Follows the address of this window from now on. */
export function followAddress(window: Window): void {
  const read = () => current.set(parseRoute(window.location.hash));
  window.addEventListener('hashchange', read);
  read();
}

export function useRoute(): Route {
  return useStore(current);
}

/** Goes to a screen, with an entry in the history of the window. */
export function navigate(route: Route): void {
  window.location.hash = formatRoute(route);
}

/** Goes to a screen in place of the present one. */
export function redirect(route: Route): void {
  window.history.replaceState(null, '', formatRoute(route));
  current.set(route);
}
