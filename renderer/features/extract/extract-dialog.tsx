import './extract.css';
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import type { Relation } from '../../../electron/contract/relation.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { download } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { DestinationChoice } from '../profiles/destination-choice.tsx';
import { effectsOf } from './effects.ts';
import { jobFileName, jobFileText } from './job-file.ts';
import { placeOf } from './key-example.ts';
import { EffectsPanel } from './effects-panel.tsx';
import { LookPanel } from './look-panel.tsx';
import { ModeFields } from './mode-fields.tsx';
import { KeyStrip } from './key-strip.tsx';
import { PresetRow } from './preset-row.tsx';
import { QueryField } from './query-field.tsx';
import { SectionList } from './section-list.tsx';
import { TypePanel } from './type-panel.tsx';
import { useLook } from './use-look.ts';
import { WatermarkFields } from './watermark-fields.tsx';
import { useExtractForm } from './use-extract-form.ts';
import { isRefused, useTypeReport } from './use-type-report.ts';

export interface ExtractDialogProps {
  readonly connectionId: string;
  readonly relation: Relation;
  /** The saved job that is changed; undefined for a new one. */
  readonly job?: SavedJob | undefined;
  readonly onClose: () => void;
}

/** Asks how a relation is to be extracted; everything has a default, so that it can be started at once. */
export function ExtractDialog({ connectionId, relation, job, onClose }: ExtractDialogProps) {
  const form = useExtractForm({ connectionId, relation, job, onDone: onClose });
  const { values, problems, columns, root, spec, change } = form;
  const types = useTypeReport(form.planSpec);
  const look = useLook(form.lookSpec);
  const what = values.query === undefined ? `${relation.schema}.${relation.name}` : 'a query';
  const incremental = values.mode === 'incremental';
  const refused = isRefused(types);
  const effects = effectsOf(values, {
    relation,
    columnCount: columns?.length,
    place: root && placeOf(root),
    workers: types.report?.workers ?? undefined,
  });
  return (
    <DialogFrame
      title={
        job === undefined
          ? `Extract ${what} to ${values.folder === undefined ? 'S3' : 'a folder'}`
          : `Change the job ${job.name}`
      }
      width={980}
      onClose={onClose}
    >
      <DialogForm
        onSubmit={() => {
          if (job !== undefined) form.save();
          else if (!refused) form.start();
        }}
      >
        <div className="dialog-scroll extract">
          <div className="extract-main">
            <div className="fields">
              <DestinationChoice
                destinations={form.destinations}
                value={values.destinationId}
                error={problems.destination}
                onChange={(destinationId) => change({ ...values, destinationId, folder: undefined })}
                folder={values.folder}
                onFolder={(folder) => change({ ...values, folder })}
              />
            </div>
            {values.query !== undefined && (
              <QueryField values={values} problems={problems} onChange={change} />
            )}
            <ModeFields
              values={values}
              problems={problems}
              onChange={change}
              relation={relation}
              named={job !== undefined}
            />
            {incremental && (
              <WatermarkFields values={values} problems={problems} onChange={change} columns={columns} />
            )}
            <PresetRow values={values} preset={form.preset} onChoose={form.choosePreset} />
            <SectionList form={form} />
            {form.error !== undefined && <ErrorNotice error={form.error} title="That could not be done" />}
          </div>
          <aside className="extract-aside" aria-label="Before the run">
            {incremental && (
              <LookPanel state={look} column={values.watermarkColumn} takesNulls={values.takesNulls} />
            )}
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
              Download job file…
            </Button>
            <span className="dialog-spring" />
            {refused && <span className="dialog-refused">The run would be refused: see Types</span>}
            <Button variant="subtle" color="gray" onClick={onClose}>
              Cancel
            </Button>
            {job === undefined ? (
              <>
                <Button variant="default" loading={form.busy} disabled={!form.canStart} onClick={form.save}>
                  Save job
                </Button>
                <Button type="submit" data-autofocus loading={form.busy} disabled={!form.canStart || refused}>
                  Extract
                </Button>
              </>
            ) : (
              <Button type="submit" data-autofocus loading={form.busy} disabled={!form.canStart}>
                Save job
              </Button>
            )}
          </div>
        </div>
      </DialogForm>
    </DialogFrame>
  );
}
