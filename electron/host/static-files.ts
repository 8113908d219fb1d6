/**
 * The built renderer as a closed list: the folder is read once, and a path is either on the list or not found. So no
 * spelling of `..` can lead out of it.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** One file as it is served. */
export interface StaticFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly contentType: string;
  readonly cacheControl: string;
}

export interface StaticFiles {
  /** @param urlPath decoded, beginning with a slash; `/` is the page */
  read(urlPath: string): Promise<StaticFile | undefined>;
}

/** @throws Error of the file system when the folder cannot be read: the renderer has not been built */
export async function staticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, string>();
  for await (const file of filesIn(folder)) {
    files.set(`/${path.relative(folder, file).split(path.sep).join('/')}`, file);
  }
  return {
    async read(urlPath) {
      const file = files.get(urlPath === '/' ? '/index.html' : urlPath);
      if (file === undefined) return undefined;
      return {
        body: await readFile(file),
        contentType: CONTENT_TYPES[path.extname(file)] ?? 'application/octet-stream',
        // Names under assets carry a hash of their content, so they never change.
        cacheControl: urlPath.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-store',
      };
    },
  };
}

/** Not `readdir`'s own recursion, which does not look into an Electron archive. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const found = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(found);
    else if (entry.isFile()) yield found;
  }
}
