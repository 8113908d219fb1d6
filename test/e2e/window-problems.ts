import type { BrowserContext } from 'playwright-core';

/** Notes into `problems` whatever a window of the context complains about from now on. */
export function watchWindow(context: BrowserContext, problems: string[]): void {
  // What the content security policy refuses is an error on the console, too.
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`));
}
