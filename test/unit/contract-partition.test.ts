import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HIVE_NULL, partitionFolder } from '../../electron/contract/partition.ts';

const folder = (value: string | null, as = 'dt') => partitionFolder({ column: 'c', as, by: 'value' }, value);

describe('the folder of a partition', () => {
  test.each([
    ['2020-06-01', 'dt=2020-06-01'],
    ['a/b', 'dt=a%2Fb'],
    ['a b', 'dt=a b'],
    ['100%', 'dt=100%25'],
    ['a=b:c', 'dt=a%3Db%3Ac'],
    ['受注 ä', 'dt=受注 ä'],
    ['"\'#*?\\{[]^', 'dt=%22%27%23%2A%3F%5C%7B%5B%5D%5E'],
    ['\n\t\u007f', 'dt=%0A%09%7F'],
    ['..', 'dt=..'],
    ['-1.50', 'dt=-1.50'],
    ['', `dt=${HIVE_NULL}`],
    [null, 'dt=__HIVE_DEFAULT_PARTITION__'],
  ])('of %j is %s', (value, expected) => {
    expect(folder(value)).toBe(expected);
  });

  test('has the name of the column where no other was given', () => {
    expect(partitionFolder({ column: 'region/zone', by: 'value' }, 'eu')).toBe('region%2Fzone=eu');
  });

  test('is one folder, and says its value again when it is decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        fc.pre(!text.includes('\u0000') && text.isWellFormed());
        const written = folder(text);
        expect(written).not.toContain('/');
        expect(written.split('=')).toHaveLength(2);
        expect(decodeURIComponent(written.slice('dt='.length))).toBe(text);
      }),
    );
  });
});
