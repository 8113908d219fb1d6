import '../../ui/dialog.css';
import './capture.css';
import { Button, Input, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { CAPTURE_FORMATS } from '../../../electron/contract/capture-spec.ts';
import { openDialog } from '../../state/dialogs.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Fold } from '../../ui/fold.tsx';
import { placeOf } from '../extract/key-example.ts';
import { MORE_FIELDS, moreSummary } from './capture-form.ts';
import { FORMAT_NAMES } from './capture-words.ts';
import { MoreFields } from './more-fields.tsx';
import { PreflightSection } from './preflight-section.tsx';
import { PublicationChoice } from './publication-choice.tsx';
import { TableChoice } from './table-choice.tsx';
import { useCaptureForm } from './use-capture-form.ts';

/** Asks what is to be captured and where to; everything else has a default. */
export function NewCaptureDialog({ onClose }: { readonly onClose: () => void }) {
  const form = useCaptureForm(onClose);
  const { values, problems, change, connectionId } = form;
  const [more, setMore] = useState(false);
  const hidden = MORE_FIELDS.map((field) => problems[field]).find((problem) => problem !== undefined);
  return (
    <DialogFrame title="New capture" width={680} onClose={onClose}>
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          form.submit();
        }}
      >
        <div className="dialog-scroll capture-form">
          <div className="fields">
            <TextInput
              data-autofocus
              className="span-3"
              label="Name"
              placeholder="orders"
              value={values.name}
              error={problems['name']}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <Select
              className="span-3"
              label="Connection"
              placeholder="None yet"
              allowDeselect={false}
              data={form.connections.map(({ id, name }) => ({ value: id, label: name }))}
              value={connectionId ?? null}
              error={problems['source']}
              // Tables and publications are those of one database.
              onChange={(id) => change({ connectionId: id ?? undefined, tables: [], publication: '' })}
            />
            <Input.Wrapper className="capture-what" label="What to capture" labelElement="div">
              <SegmentedControl
                size="xs"
                aria-label="What to capture"
                data={[
                  { value: 'tables', label: 'Tables' },
                  { value: 'publication', label: 'A publication that exists' },
                ]}
                value={values.chosenBy}
                onChange={(chosen) =>
                  change({ chosenBy: chosen === 'publication' ? 'publication' : 'tables' })
                }
              />
            </Input.Wrapper>
            {connectionId !== undefined &&
              (values.chosenBy === 'tables' ? (
                <TableChoice
                  key={connectionId}
                  connectionId={connectionId}
                  tables={values.tables}
                  error={problems['tables']}
                  onChange={(tables) => change({ tables })}
                />
              ) : (
                <PublicationChoice
                  connectionId={connectionId}
                  value={values.publication}
                  error={problems['publication']}
                  onChange={(publication) => change({ publication })}
                />
              ))}
            <Select
              className="span-4"
              label="Destination"
              placeholder="None yet"
              allowDeselect={false}
              data={form.destinations.map(({ id, name, settings }) => ({
                value: id,
                label: `${name}  (${placeOf(settings)})`,
              }))}
              value={form.destinationId ?? null}
              error={problems['destination']}
              onChange={(id) => change({ destinationId: id ?? undefined })}
            />
            <div className="span-2 capture-add">
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
            <Select
              label="Format"
              allowDeselect={false}
              data={CAPTURE_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] }))}
              value={values.format}
              onChange={(chosen) =>
                change({ format: CAPTURE_FORMATS.find((each) => each === chosen) ?? 'jsonl' })
              }
            />
          </div>
          <div className="folds">
            <Fold title="More" summary={moreSummary(values)} problem={hidden} open={more} onToggle={setMore}>
              <MoreFields values={values} problems={problems} onChange={change} />
            </Fold>
          </div>
          {connectionId !== undefined && <PreflightSection key={connectionId} connectionId={connectionId} />}
          {form.error !== undefined && (
            <ErrorNotice error={form.error} title="The capture could not be started" />
          )}
        </div>
        <div className="dialog-actions">
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.busy}>
            Start capture
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
