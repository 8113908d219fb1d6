/**
 * The program `sluice`. Listens for signals before anything else is loaded, which takes a while on a busy machine: a
 * service that is stopped in its first second would otherwise end without a word, and `--json` without its last event.
 */
import './nodes-own-modules.ts';
import { holdYoungGeneration, releaseYoungGeneration } from '../engine/lib/young-generation.ts';
import { listenForInterrupts } from './interrupts.ts';

const interrupted = listenForInterrupts((code) => process.exit(code));
holdYoungGeneration();
const { runProcess } = await import('./run-process.ts');
const exitCode = await runProcess(interrupted);
releaseYoungGeneration();
// Nothing that a driver left open may keep a finished command alive.
process.exit(exitCode);
