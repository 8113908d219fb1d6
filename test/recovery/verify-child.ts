/** Verifies the capture in a folder, in a process of its own whose heap can be limited, and writes what it found as JSON. */
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';

const [folder = '', job = ''] = process.argv.slice(2);
await using sink = new FolderSink(folder);
const { proved, tables } = await verifyCapture(sink, { job }, new AbortController().signal);
const [{ rows, changes, irregular } = {}] = tables;
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ proved, rows, changes, irregular, peakMb }));
