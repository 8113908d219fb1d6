/**
 * Loads the modules of Node that the program needs, before it changes a flag of V8: their compiled code is in Node itself,
 * and V8 takes it only with the flags that it was made with. Compiled anew, they make every start 15 to 20 ms longer.
 */
import 'node:async_hooks';
import 'node:child_process';
import 'node:crypto';
import 'node:dns';
import 'node:fs/promises';
import 'node:https';
import 'node:os';
import 'node:stream/consumers';
import 'node:string_decoder';
import 'node:timers/promises';
import 'node:tls';
import 'node:worker_threads';
import 'node:zlib';
