/**
 * The program `sluice`. Listens for signals before anything else is loaded, which takes a while on a busy machine: a
 * service that is stopped in its first second would otherwise end without a word, and `--json` without its last event.
 */
import process from 'node:process';
import { boundYoungGeneration, releaseYoungGeneration } from '../engine/lib/young-generation.ts';
import { listenForInterrupts } from './interrupts.ts';

const interrupted = listenForInterrupts((code) => process.exit(code));
await import('./node-builtins.ts');
boundYoungGeneration(process, 'little');
const { runProcess } = await import('./run-process.ts');
const exitCode = await runProcess(interrupted);
releaseYoungGeneration(process);
// Nothing that a driver left open may keep a finished command alive.
process.exit(exitCode);
