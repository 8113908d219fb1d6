import { PROFILE_COLOURS, type ConnectionProfile } from '../../../electron/contract/connection-profile.ts';

type Colour = ConnectionProfile['colour'];

export interface ColourFieldProps {
  readonly value: Colour;
  readonly onChange: (colour: Colour) => void;
}

/** The colour of the dot beside the connection's name. */
export function ColourField({ value, onChange }: ColourFieldProps) {
  return (
    <fieldset className="colours">
      <legend>Colour</legend>
      {PROFILE_COLOURS.map((colour) => (
        <label key={colour} title={colour}>
          <input
            type="radio"
            name="colour"
            className="sr-only"
            aria-label={colour}
            checked={value === colour}
            onChange={() => onChange(colour)}
          />
          <span style={{ background: `var(--mantine-color-${colour}-6)` }} />
        </label>
      ))}
    </fieldset>
  );
}
