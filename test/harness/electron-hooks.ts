/** `node --import` this file, and whoever imports `electron` gets the stub: the real package wants to download itself. */
import { registerHooks } from 'node:module';

const stub = new URL('./electron-stub.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: stub, shortCircuit: true } : next(specifier, context),
});
