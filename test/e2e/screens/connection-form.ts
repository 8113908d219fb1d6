import type { Locator, Page } from 'playwright-core';

export interface ConnectionFields {
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

const LABELS: Readonly<Record<keyof ConnectionFields, string>> = {
  name: 'Name',
  host: 'Host',
  port: 'Port',
  database: 'Database',
  user: 'User',
  password: 'Password',
};

export function connectionForm(page: Page): Locator {
  return page.getByRole('dialog', { name: /^(Add|Edit) connection$/ });
}

export async function fillConnection(page: Page, fields: ConnectionFields): Promise<void> {
  const form = connectionForm(page);
  for (const [field, label] of Object.entries(LABELS)) {
    const value = fields[field as keyof ConnectionFields];
    if (value !== undefined) await form.getByLabel(label, { exact: true }).fill(String(value));
  }
}
