import type { ReactNode } from 'react';
import { Fold } from '../../ui/fold.tsx';
import type { ExtractField } from './extract-problems.ts';
import type { FieldsProps } from './fields-props.ts';
import { FormatFields } from './format-fields.tsx';
import { ObjectFields } from './object-fields.tsx';
import { RowsFields } from './rows-fields.tsx';
import { SafetyFields } from './safety-fields.tsx';
import { SECTION_OF, SECTIONS, summariesOf, type SectionId } from './sections.ts';
import { SpeedFields } from './speed-fields.tsx';
import type { ExtractForm } from './use-extract-form.ts';

/** Everything that can be changed, folded under what it is now. */
export function SectionList({ form }: { readonly form: ExtractForm }) {
  const { values, problems, columns, change, openSections, toggleSection } = form;
  const summaries = summariesOf(values, columns?.length);
  const fields: FieldsProps = { values, problems, onChange: change };
  const bodies: Readonly<Record<SectionId, ReactNode>> = {
    rows: <RowsFields {...fields} columns={columns} />,
    format: <FormatFields {...fields} />,
    objects: <ObjectFields {...fields} columns={columns} />,
    speed: <SpeedFields {...fields} />,
    safety: <SafetyFields {...fields} />,
  };
  const problemIn = (section: SectionId) =>
    (Object.keys(problems) as ExtractField[])
      .filter((field) => SECTION_OF[field] === section)
      .map((field) => problems[field])[0];
  // A query chooses rows and columns itself.
  const shown = (Object.keys(SECTIONS) as SectionId[]).filter(
    (id) => id !== 'rows' || values.query === undefined,
  );
  return (
    <div className="folds">
      {shown.map((id) => (
        <Fold
          key={id}
          title={SECTIONS[id]}
          summary={summaries[id]}
          problem={problemIn(id)}
          open={openSections.has(id)}
          onToggle={(open) => toggleSection(id, open)}
        >
          {bodies[id]}
        </Fold>
      ))}
    </div>
  );
}
