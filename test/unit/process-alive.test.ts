import { spawnSync } from 'node:child_process';
import { uptime } from 'node:os';
import { expect, test } from 'vitest';
import { isProcessAlive, isSameProcessAlive } from '../../electron/engine/lib/process-alive.ts';

const dead = () => spawnSync(process.execPath, ['-e', '']).pid;

test('this process is alive, and one that has ended is not', () => {
  expect(isProcessAlive(process.pid)).toBe(true);
  expect(isProcessAlive(dead())).toBe(false);
});

test('a process of before the last restart of the computer is not the one that has its number now', () => {
  const now = new Date();
  expect(isSameProcessAlive(process.pid, now)).toBe(true);
  expect(isSameProcessAlive(dead(), now)).toBe(false);
  const hourBeforeBoot = new Date(now.getTime() - uptime() * 1000 - 3_600_000);
  expect(isSameProcessAlive(process.pid, hourBeforeBoot)).toBe(false);
  expect(isSameProcessAlive(process.pid, new Date(now.getTime() - uptime() * 1000))).toBe(true);
});
