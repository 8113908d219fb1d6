import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { AppContext, type AppServices } from '../state/app-context.ts';
import { Shell } from './shell.tsx';
import { theme } from './theme.ts';

/** The providers around the shell. */
export function App({ services }: { readonly services: AppServices }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <AppContext value={services}>
        <Notifications position="bottom-right" />
        <Shell />
      </AppContext>
    </MantineProvider>
  );
}
