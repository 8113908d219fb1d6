import { expect, it } from 'vitest';
import { ProgressMarks } from '../../electron/engine/capture/progress-marks.ts';

it('goes forward mark by mark', () => {
  const marks = new ProgressMarks(10n);
  marks.receive(40n);
  marks.decode(30n);
  marks.store(20n);
  marks.ack(15n);
  expect([marks.acked, marks.durable, marks.decoded, marks.received]).toEqual([15n, 20n, 30n, 40n]);
});

it('never goes back', () => {
  const marks = new ProgressMarks(10n);
  marks.receive(40n);
  marks.receive(20n);
  marks.decode(30n);
  marks.decode(11n);
  expect([marks.received, marks.decoded]).toEqual([40n, 30n]);
});

it.each([
  ['a commit that was not received', (marks: ProgressMarks) => marks.decode(41n)],
  ['a stored change that was not decoded', (marks: ProgressMarks) => marks.store(31n)],
  ['an acknowledgement of what is not durable', (marks: ProgressMarks) => marks.ack(21n)],
])('refuses %s', (_, move) => {
  const marks = new ProgressMarks(10n);
  marks.receive(40n);
  marks.decode(30n);
  marks.store(20n);
  expect(() => move(marks)).toThrow(RangeError);
});
