#!/usr/bin/env node
// Starts the built command line with a Node that can run it. Kept to syntax that an old Node understands, because an
// old Node is what it is there for.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR = 24;
const folder = path.dirname(fileURLToPath(import.meta.url));
const program = path.join(folder, '..', '.vite', 'cli', 'sluice.js');

if (!existsSync(program)) {
  process.stderr.write('sluice is not built yet: run `npm run build` in its folder\n');
  process.exitCode = 2;
} else if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
  // Compiled once and not at every start. https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  await import(pathToFileURL(program).href);
} else {
  startWithOwnNode();
}

function startWithOwnNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = path.join(folder, '..', 'node_modules', 'node', 'bin', name);
  if (!existsSync(own)) {
    process.stderr.write(`sluice needs Node ${NODE_MAJOR} or newer; this is Node ${process.versions.node}\n`);
    process.exitCode = 2;
    return;
  }
  // This very file, for the compiled code that it keeps.
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The program decides what a signal means; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`sluice could not start ${own}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === 'SIGKILL' ? 9 : 15) : code;
  });
}
