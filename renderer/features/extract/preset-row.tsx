import { changesFrom, presetOf, PRESETS, type PresetId } from './presets.ts';
import type { ExtractValues } from './extract-values.ts';

export interface PresetRowProps {
  readonly values: ExtractValues;
  /** The preset that was chosen last. */
  readonly preset: PresetId;
  readonly onChoose: (id: PresetId) => void;
}

/** Settings for what people mostly want; says so where they have been changed since. */
export function PresetRow({ values, preset, onChoose }: PresetRowProps) {
  const changes = changesFrom(values, preset);
  return (
    <fieldset className="presets">
      <legend>Preset</legend>
      <div className="preset-cards">
        {PRESETS.map(({ id, title, description }) => (
          <label key={id} className={`preset${id === preset && changes.length > 0 ? ' is-base' : ''}`}>
            <input
              type="radio"
              name="preset"
              checked={id === preset && changes.length === 0}
              aria-labelledby={`preset-${id}`}
              aria-describedby={`preset-${id}-text`}
              onChange={() => onChoose(id)}
            />
            <span className="preset-title" id={`preset-${id}`}>
              {title}
            </span>
            <span className="preset-text" id={`preset-${id}-text`}>
              {description}
            </span>
          </label>
        ))}
      </div>
      <p className="preset-state" role="status">
        {changes.length > 0 && (
          <>
            <strong>Custom, based on {presetOf(preset).title}.</strong> Changed: {changes.join(', ')}.
          </>
        )}
      </p>
    </fieldset>
  );
}
