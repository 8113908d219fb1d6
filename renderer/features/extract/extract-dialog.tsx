import '../../ui/dialog.css';
import './extract.css';
import { Button, Select } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import type { Relation } from '../../../electron/contract/relation.ts';
import { openDialog } from '../../state/dialogs.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { download } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { effectsOf } from './effects.ts';
import { jobFileName, jobFileText } from './job-file.ts';
import { placeOf } from './key-example.ts';
import { EffectsPanel } from './effects-panel.tsx';
import { KeyStrip } from './key-strip.tsx';
import { PresetRow } from './preset-row.tsx';
import { SectionList } from './section-list.tsx';
import { TypePanel } from './type-panel.tsx';
import { useExtractForm } from './use-extract-form.ts';
import { isRefused, useTypeReport } from './use-type-report.ts';

export interface ExtractDialogProps {
  readonly connectionId: string;
  readonly relation: Relation;
  readonly onClose: () => void;
}

/** Asks how a relation is to be extracted; everything has a default, so that it can be started at once. */
export function ExtractDialog({ connectionId, relation, onClose }: ExtractDialogProps) {
  const form = useExtractForm(connectionId, relation, onClose);
  const { values, problems, columns, destination, spec, change } = form;
  const types = useTypeReport(form.planSpec);
  const refused = isRefused(types);
  const effects = effectsOf(values, {
    relation,
    columnCount: columns?.length,
    place: destination && placeOf(destination.settings),
    workers: types.report?.workers ?? undefined,
  });
  return (
    <DialogFrame title={`Extract ${relation.schema}.${relation.name} to S3`} width={980} onClose={onClose}>
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!refused) form.start();
        }}
      >
        <div className="dialog-scroll extract">
          <div className="extract-main">
            <div className="fields">
              <Select
                className="span-4"
                label="Destination"
                placeholder="None yet"
                allowDeselect={false}
                data={form.destinations.map(({ id, name, settings }) => ({
                  value: id,
                  label: `${name}  (${placeOf(settings)})`,
                }))}
                value={values.destinationId ?? null}
                error={problems.destination}
                onChange={(id) => change({ ...values, destinationId: id ?? undefined })}
              />
              <div className="span-2 extract-add">
                <Button
                  fullWidth
                  variant="default"
                  leftSection={<IconPlus size={15} />}
                  aria-label="Add destination"
                  onClick={() => openDialog({ kind: 'destination' })}
                >
                  Add…
                </Button>
              </div>
            </div>
            <PresetRow values={values} preset={form.preset} onChoose={form.choosePreset} />
            <SectionList form={form} />
            {form.error !== undefined && (
              <ErrorNotice error={form.error} title="The run could not be started" />
            )}
          </div>
          <aside className="extract-aside" aria-label="Before the run">
            <TypePanel
              state={types}
              acceptLossy={values.acceptLossy}
              onAcceptLossy={(acceptLossy) => change({ ...values, acceptLossy })}
            />
            <EffectsPanel effects={effects} />
          </aside>
        </div>
        <div className="dialog-foot">
          <KeyStrip values={values} problems={problems} uri={form.uri} />
          <div className="dialog-actions">
            <Button
              variant="default"
              leftSection={<IconDownload size={15} />}
              disabled={!form.canStart}
              onClick={() => {
                if (spec !== undefined) download(jobFileName(relation), jobFileText(spec));
              }}
            >
              Save as job file…
            </Button>
            <span className="dialog-spring" />
            {refused && <span className="dialog-refused">The run would be refused: see Types</span>}
            <Button variant="subtle" color="gray" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" data-autofocus loading={form.busy} disabled={!form.canStart || refused}>
              Extract
            </Button>
          </div>
        </div>
      </form>
    </DialogFrame>
  );
}
