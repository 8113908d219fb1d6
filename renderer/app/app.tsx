import { MantineProvider, type MantineColorSchemeManager } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { AppContext, type AppServices } from '../state/app-context.ts';
import { Shell } from './shell.tsx';
import { theme } from './theme.ts';

/** The desktop's own menu sets the theme of the window, so the page follows it and keeps no choice of its own. */
const AS_THE_WINDOW: MantineColorSchemeManager = {
  get: () => 'auto',
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

/** The providers around the shell. */
export function App({ services }: { readonly services: AppServices }) {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      {...(services.host === 'electron' && { colorSchemeManager: AS_THE_WINDOW })}
    >
      <AppContext value={services}>
        <Notifications position="bottom-right" />
        <Shell />
      </AppContext>
    </MantineProvider>
  );
}
