import { Fragment } from 'react';
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import { specFacts } from './spec-facts.ts';

/** What was asked for. */
export function SpecSection({ spec }: { readonly spec: ExtractSpec }) {
  return (
    <section className="run-section" aria-label="Job">
      <h2>Job</h2>
      <dl className="run-spec">
        {specFacts(spec).map(({ name, text, code }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{code === true ? <code>{text}</code> : text}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
