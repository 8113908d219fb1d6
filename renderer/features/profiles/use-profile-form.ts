/** What the forms of both kinds of profile have in common: validate, test, save, and put errors at their field. */
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import type { z } from 'zod';
import type { AppError } from '../../../electron/contract/app-error.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { fieldErrorOf, fieldErrorsOf } from './field-errors.ts';
import type { TestResult } from './test-result.tsx';

export interface ProfileFormOptions<Values extends Record<string, unknown>, Draft, Facts> {
  readonly initial: Values;
  readonly schema: z.ZodType;
  /** Paths of the fields that the form shows. */
  readonly fields: readonly string[];
  readonly draftOf: (values: Values) => Draft;
  readonly test: (draft: Draft) => Promise<TestResult<Facts>>;
  readonly save: (draft: Draft) => Promise<void>;
}

export interface ProfileForm<Values extends Record<string, unknown>, Facts> {
  readonly form: UseFormReturnType<Values>;
  readonly busy: 'test' | 'save' | undefined;
  readonly tested: TestResult<Facts> | undefined;
  /** An error that belongs to no field. */
  readonly error: AppError | undefined;
  readonly onTest: () => void;
  readonly onSave: () => void;
}

export function useProfileForm<Values extends Record<string, unknown>, Draft, Facts>(
  options: ProfileFormOptions<Values, Draft, Facts>,
): ProfileForm<Values, Facts> {
  const { schema, fields, draftOf } = options;
  const [busy, setBusy] = useState<'test' | 'save'>();
  const [tested, setTested] = useState<TestResult<Facts>>();
  const [error, setError] = useState<AppError>();
  const form = useForm<Values>({
    initialValues: options.initial,
    validate: (values) => fieldErrorsOf(schema, draftOf(values)),
    validateInputOnBlur: false,
    onValuesChange: () => {
      // What was found out about other values says nothing about these.
      setTested(undefined);
      setError(undefined);
    },
  });

  const attempt = async (kind: 'test' | 'save', work: (draft: Draft) => Promise<void>) => {
    setTested(undefined);
    setError(undefined);
    const { hasErrors, errors } = form.validate();
    if (hasErrors) {
      focusFirst(Object.keys(errors), form);
      return;
    }
    setBusy(kind);
    try {
      await work(draftOf(form.getValues()));
    } catch (caught) {
      const problem = appErrorOf(caught);
      const atField = fieldErrorOf(problem, fields);
      if (atField === undefined) setError(problem);
      else form.setErrors(atField);
    } finally {
      setBusy(undefined);
    }
  };

  return {
    form,
    busy,
    tested,
    error,
    onTest: () => void attempt('test', async (draft) => setTested(await options.test(draft))),
    onSave: () => void attempt('save', options.save),
  };
}

function focusFirst<Values extends Record<string, unknown>>(
  paths: readonly string[],
  form: UseFormReturnType<Values>,
): void {
  const [first] = paths;
  if (first !== undefined) form.getInputNode(first)?.focus();
}
