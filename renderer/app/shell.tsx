import { Loader } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { activeRuns } from '../state/runs-store.ts';
import { useApp } from '../state/app-context.ts';
import { markedTitle } from '../state/failed-runs.ts';
import { openDialogs } from '../state/dialogs.ts';
import { formatRoute, useRoute, type Route } from '../state/route.ts';
import { useSelected, useStore } from '../state/store.ts';
import { heldSlots } from '../state/wal-store.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { HomeScreen } from './home-screen.tsx';
import { LinkBanner } from './link-banner.tsx';
import { Sidebar } from './sidebar.tsx';

const BrowseScreen = lazy(async () => ({
  default: (await import('../features/browse/browse-screen.tsx')).BrowseScreen,
}));
const WalScreen = lazy(async () => ({
  default: (await import('../features/wal/wal-screen.tsx')).WalScreen,
}));
const CapturesScreen = lazy(async () => ({
  default: (await import('../features/capture/captures-screen.tsx')).CapturesScreen,
}));
const CaptureScreen = lazy(async () => ({
  default: (await import('../features/capture/capture-screen.tsx')).CaptureScreen,
}));
const JobsScreen = lazy(async () => ({
  default: (await import('../features/jobs/jobs-screen.tsx')).JobsScreen,
}));
const JobScreen = lazy(async () => ({
  default: (await import('../features/jobs/job-screen.tsx')).JobScreen,
}));
const RunsScreen = lazy(async () => ({
  default: (await import('../features/runs/runs-screen.tsx')).RunsScreen,
}));
const RunScreen = lazy(async () => ({
  default: (await import('../features/runs/run-screen.tsx')).RunScreen,
}));
const Dialogs = lazy(async () => ({ default: (await import('./dialogs.tsx')).Dialogs }));

/** The window: the sidebar, one screen, and the dialogs above them. */
export function Shell() {
  const route = useRoute();
  const hasDialogs = useSelected(openDialogs, (open) => open.length > 0);
  useCloseGuard();
  useTitle(route);
  return (
    <div className="shell">
      <LinkBanner />
      <div className="shell-body">
        <Sidebar route={route} />
        <main className="shell-main">
          <ErrorBoundary resetKey={formatRoute(route)}>
            <Suspense fallback={<Waiting />}>
              <Screen route={route} />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      {hasDialogs && (
        <Suspense fallback={null}>
          <Dialogs />
        </Suspense>
      )}
    </div>
  );
}

function Screen({ route }: { readonly route: Route }) {
  const saved = useStore(useApp().profiles.saved);
  switch (route.screen) {
    case 'home':
      return <HomeScreen />;
    case 'browse':
      return (
        <BrowseScreen
          key={`${route.connectionId} ${saved}`}
          connectionId={route.connectionId}
          selected={route.relation}
        />
      );
    case 'wal':
      return <WalScreen key={`${route.connectionId} ${saved}`} connectionId={route.connectionId} />;
    case 'captures':
      return <CapturesScreen />;
    case 'capture':
      return <CaptureScreen key={route.name} name={route.name} />;
    case 'jobs':
      return <JobsScreen />;
    case 'job':
      return <JobScreen key={route.name} name={route.name} />;
    case 'runs':
      return <RunsScreen />;
    case 'run':
      return <RunScreen key={route.runId} runId={route.runId} />;
  }
}

function titleOf(route: Route): string {
  switch (route.screen) {
    case 'home':
      return 'Sluice';
    case 'browse':
      return route.relation === undefined
        ? 'Sluice'
        : `${route.relation.schema}.${route.relation.name} – Sluice`;
    case 'wal':
      return 'WAL – Sluice';
    case 'captures':
      return 'Captures – Sluice';
    case 'capture':
      return `${route.name} – Sluice`;
    case 'jobs':
      return 'Jobs – Sluice';
    case 'job':
      return `${route.name} – Sluice`;
    case 'runs':
      return 'Runs – Sluice';
    case 'run':
      return 'Run – Sluice';
  }
}

/** The title says how many runs have failed that nobody has looked at; the app is often in the background then. */
function useTitle(route: Route): void {
  const { failedRuns } = useApp();
  const failed = useSelected(failedRuns, (unseen) => unseen.size);
  useEffect(() => {
    const note = () => {
      if (failed > 0 && !document.hidden) failedRuns.noteSeen(route);
    };
    note();
    document.addEventListener('visibilitychange', note);
    return () => document.removeEventListener('visibilitychange', note);
  }, [failedRuns, route, failed]);
  useEffect(() => {
    document.title = markedTitle(titleOf(route), failed);
  }, [route, failed]);
}

function Waiting() {
  return (
    <div className="shell-waiting">
      <Loader size="sm" aria-label="Loading" />
    </div>
  );
}

/**
 * Asks before a browser window is closed that has a run of its own, or while a slot of Sluice holds WAL. The desktop asks in its main process: there, a page
 * that refuses to unload would keep the window open without a word. Runs of the command line go on by themselves.
 */
function useCloseGuard(): void {
  const { host, runs, wal } = useApp();
  const state = useStore(runs);
  const holding = heldSlots(useStore(wal)).length > 0;
  const running = activeRuns(state).some((run) => run.origin === 'served');
  const guarded = host === 'browser' && (running || holding);
  useEffect(() => {
    if (!guarded) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [guarded]);
}
