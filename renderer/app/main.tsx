/** Entry of the renderer: connects to the engine and draws the app. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app.css';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { createClient } from '../client/client.ts';
import { hostKind, onGoToScreen, onNewConnection, roadOf } from '../client/host.ts';
import type { AppServices } from '../state/app-context.ts';
import { openDialog } from '../state/dialogs.ts';
import { createCapturesStore } from '../state/captures-store.ts';
import { createInfoStore } from '../state/info-store.ts';
import { createProfilesStore } from '../state/profiles-store.ts';
import { followAddress, navigate, parseRoute } from '../state/route.ts';
import { createFailedRunsStore } from '../state/failed-runs.ts';
import { createSavedJobsStore } from '../state/saved-jobs-store.ts';
import { createRunsStore } from '../state/runs-store.ts';
import { createWalStore } from '../state/wal-store.ts';
import { App } from './app.tsx';
import { showSlotNotices } from './slot-notices.ts';

// zod would try to compile its parsers, which the content security policy refuses and the console reports.
z.config({ jitless: true });

const client = createClient(roadOf(window));
const services: AppServices = {
  client,
  host: hostKind(window),
  profiles: createProfilesStore(client),
  runs: createRunsStore(client),
  wal: createWalStore(client),
  captures: createCapturesStore(client),
  savedJobs: createSavedJobsStore(client),
  failedRuns: createFailedRunsStore(client),
  info: createInfoStore(client),
};
followAddress(window);
showSlotNotices(client, services.host);
onGoToScreen(window, (screen) => navigate(parseRoute(screen)));
onNewConnection(window, () => openDialog({ kind: 'connection' }));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(<App services={services} />);
