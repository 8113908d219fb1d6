import type { Column } from '../../../electron/contract/relation.ts';
import { maskOfOption, maskOptionsFor, optionOfMask, type MaskChoice } from './masks.ts';

export interface ColumnRowProps {
  readonly column: Column;
  readonly chosen: boolean;
  readonly mask: MaskChoice | undefined;
  readonly onToggle: () => void;
  readonly onMask: (mask: MaskChoice | undefined) => void;
}

/** One column: whether it is read, and what stands in the file in place of its values. A row of plain elements, because there can be hundreds. */
export function ColumnRow({ column, chosen, mask, onToggle, onMask }: ColumnRowProps) {
  const { name, type, readable } = column;
  return (
    <div className={`column-choice${mask === undefined ? '' : ' is-masked'}`}>
      <label className="column-name">
        <input type="checkbox" checked={chosen} onChange={onToggle} aria-label={name} />
        <span className="ellipsis" title={name}>
          {name}
        </span>
        <span className="faint ellipsis" title={type}>
          {type}
        </span>
        {!readable && (
          <span className="faint" title="This user has no SELECT on it">
            may not be read
          </span>
        )}
      </label>
      {chosen && mask?.kind === 'constant' && (
        <input
          className="mask-value"
          aria-label={`Constant for ${name}`}
          placeholder="text"
          maxLength={10_000}
          value={mask.text}
          onChange={(event) => onMask({ kind: 'constant', text: event.currentTarget.value })}
        />
      )}
      {chosen && mask?.kind === 'keepLast' && (
        <input
          className="mask-value is-number"
          aria-label={`Characters that are kept of ${name}`}
          inputMode="numeric"
          maxLength={3}
          value={mask.count}
          onChange={(event) => onMask({ kind: 'keepLast', count: event.currentTarget.value })}
        />
      )}
      {chosen && (
        <select
          className="mask-kind"
          aria-label={`Mask of ${name}`}
          value={optionOfMask(mask)}
          onChange={(event) => onMask(maskOfOption(event.currentTarget.value))}
        >
          {maskOptionsFor(type).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
