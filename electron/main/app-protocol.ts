import { protocol } from 'electron';
import type { Log } from '../engine/ports.ts';
import { parseTarget } from '../host/request-checks.ts';
import { securityHeaders } from '../host/security-headers.ts';
import { staticFiles, type StaticFiles } from '../host/static-files.ts';
import { APP_HOST, APP_SCHEME } from './page-address.ts';

/** Gives `app://` the standing of https. Electron takes it only before the app is ready. */
export function declareAppProtocol(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges }]);
}

/** Serves the built renderer at `app://sluice/`, with the same headers as the loopback server. */
export async function serveAppProtocol(rendererFolder: string, log: Log): Promise<void> {
  const files = await staticFiles(rendererFolder);
  protocol.handle(APP_SCHEME, async (request) => {
    try {
      return await answer(request, files);
    } catch (error) {
      log.error(`${APP_SCHEME} protocol: ${error instanceof Error ? error.message : String(error)}`);
      return refusal(500);
    }
  });
}

async function answer(request: Request, files: StaticFiles): Promise<Response> {
  const { host, pathname } = new URL(request.url);
  const target = parseTarget(pathname);
  if (host !== APP_HOST || target === undefined) return refusal(400);
  if (request.method !== 'GET') return refusal(405);
  const file = await files.read(target.path);
  if (file === undefined) return refusal(404);
  return new Response(file.body, {
    headers: { ...securityHeaders([]), 'content-type': file.contentType, 'cache-control': file.cacheControl },
  });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { ...securityHeaders([]) } });
}
