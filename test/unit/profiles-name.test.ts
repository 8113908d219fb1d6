import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameSchema } from '../../electron/contract/fields.ts';
import { copyName, freeName, nameKey } from '../../electron/engine/profiles/profile-name.ts';

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
  .filter((text) => nameSchema.safeParse(text).success)
  .map((text) => nameSchema.parse(text));

describe('names of profiles', () => {
  it('are always free, and names that the contract takes', () => {
    fc.assert(
      fc.property(name, fc.array(name), (own, others) => {
        const taken = [own, ...others];
        for (const made of [copyName(own, taken), freeName(own, taken)]) {
          expect(taken.map(nameKey)).not.toContain(nameKey(made));
          expect(nameSchema.parse(made)).toBe(made);
        }
      }),
    );
  });

  it('do not stack up copies', () => {
    expect(copyName('Demo copy 2', ['Demo', 'Demo copy', 'Demo copy 2'])).toBe('Demo copy 3');
    expect(copyName('Demo', ['Demo', 'demo COPY'])).toBe('Demo copy 2');
    expect(freeName('Demo', ['Demo', 'Demo 2'])).toBe('Demo 3');
    expect(freeName('Demo', [])).toBe('Demo');
  });
});
