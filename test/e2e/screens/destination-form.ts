import type { Locator, Page } from 'playwright-core';

export interface DestinationFields {
  readonly name?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
}

const LABELS: Readonly<Record<keyof DestinationFields, string>> = {
  name: 'Name',
  bucket: 'Bucket',
  region: 'Region',
  endpoint: 'Endpoint',
  accessKey: 'Access key',
  secretKey: 'Secret key',
};

export function destinationForm(page: Page): Locator {
  return page.getByRole('dialog', { name: /^(Add|Edit) destination$/ });
}

/** The keys have fields only after {@link useKeys}. */
export async function fillDestination(page: Page, fields: DestinationFields): Promise<void> {
  const form = destinationForm(page);
  for (const [field, label] of Object.entries(LABELS)) {
    const value = fields[field as keyof DestinationFields];
    if (value !== undefined) await form.getByLabel(label, { exact: true }).fill(value);
  }
}

/** Chooses keys as the credentials, and the addresses that a server on loopback needs. */
export async function useKeys(page: Page): Promise<void> {
  const form = destinationForm(page);
  await form.getByLabel('Path-style addresses').check();
  await form.getByText('Keys', { exact: true }).click();
}
