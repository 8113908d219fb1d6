/** Masks as the dialog holds them: by column, with numbers as they were typed. */
import { DATE_PARTS, type ColumnMask, type Mask } from '../../../electron/contract/mask.ts';
import { wholeNumber } from './typed-number.ts';

export type MaskChoice =
  | { readonly kind: 'null' }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'sha256' }
  | { readonly kind: 'keepLast'; readonly count: string }
  | { readonly kind: 'truncateDate'; readonly to: (typeof DATE_PARTS)[number] };

export type MaskChoices = Readonly<Record<string, MaskChoice>>;

/** What a list of masks offers, by the value that stands for it; `none` is no mask. */
export const MASK_OPTIONS: readonly { readonly value: string; readonly label: string }[] = [
  { value: 'none', label: 'clear' },
  { value: 'null', label: 'NULL' },
  { value: 'constant', label: 'constant' },
  { value: 'sha256', label: 'SHA-256' },
  { value: 'keepLast', label: 'keep last' },
  ...DATE_PARTS.map((part) => ({ value: `truncate-${part}`, label: `date to ${part}` })),
];

const NO_DATE =
  /^(text|character|varchar|name|bigint|integer|smallint|numeric|real|double|boolean|json|uuid|bytea|time )|\[\] $/;
const NO_CHARACTERS = /^(date|time|boolean|json|bytea|real|double|interval)|\[\]$/;

/**
 * The masks that can suit a column, by its type as Postgres writes it. Of types that are not known here, such as domains,
 * the server has the last word.
 */
export function maskOptionsFor(type: string): typeof MASK_OPTIONS {
  return MASK_OPTIONS.filter(({ value }) => {
    if (value.startsWith('truncate-')) return !NO_DATE.test(`${type} `);
    return value !== 'keepLast' || !NO_CHARACTERS.test(type);
  });
}

export function maskOfOption(value: string): MaskChoice | undefined {
  switch (value) {
    case 'null':
      return { kind: 'null' };
    case 'constant':
      return { kind: 'constant', text: '' };
    case 'sha256':
      return { kind: 'sha256' };
    case 'keepLast':
      return { kind: 'keepLast', count: '4' };
    default: {
      const to = DATE_PARTS.find((part) => value === `truncate-${part}`);
      return to === undefined ? undefined : { kind: 'truncateDate', to };
    }
  }
}

export function optionOfMask(mask: MaskChoice | undefined): string {
  if (mask === undefined) return 'none';
  return mask.kind === 'truncateDate' ? `truncate-${mask.to}` : mask.kind;
}

/** The masks with that of one column changed; undefined takes it away. */
export function withMask(masks: MaskChoices, column: string, mask: MaskChoice | undefined): MaskChoices {
  const { [column]: _, ...others } = masks;
  return mask === undefined ? others : { ...others, [column]: mask };
}

/** The masks of the columns that are read; a mask of another one would be refused. */
export function masksOf(masks: MaskChoices, columns: readonly string[] | undefined): ColumnMask[] {
  return Object.entries(masks)
    .filter(([column]) => columns?.includes(column) ?? true)
    .map(([column, choice]) => ({ column, mask: maskOf(choice) }));
}

function maskOf(choice: MaskChoice): Mask {
  return choice.kind === 'keepLast'
    ? { kind: 'keepLast', count: wholeNumber(choice.count) ?? Number.NaN }
    : choice;
}

/** What is wrong with the masks, by the first column that has something. */
export function masksProblem(masks: MaskChoices, columns: readonly string[] | undefined): string | undefined {
  for (const { column, mask } of masksOf(masks, columns)) {
    if (mask.kind === 'keepLast' && !(mask.count >= 1 && mask.count <= 100)) {
      return `${column}: the last 1 to 100 characters can be kept`;
    }
  }
  return undefined;
}
