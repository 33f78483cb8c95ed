/** What a person sees on the screen, by the names that a screen reader would say. */
import { expect, type Locator, type Page } from '@playwright/test';

export const viewTitles = ['Transition', 'Livepatches', 'Functions', 'Findings', 'Files'] as const;
export type ViewTitle = (typeof viewTitles)[number];

/** The one sentence about the shown host. */
export function headline(page: Page): Locator {
  return page.getByRole('region', { name: 'State', exact: true });
}

export function tab(page: Page, title: ViewTitle): Locator {
  return page.getByRole('tab', { name: title });
}

/** The hosts in the rail, top to bottom. */
export function railHosts(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Hosts' }).getByRole('listitem');
}

export function blockingThreads(page: Page): Locator {
  return page.getByRole('grid', { name: 'Blocking threads' });
}

export function startHeading(page: Page): Locator {
  return page.getByRole('heading', { name: 'What is patched, and what is stuck?' });
}

/** Opens the palette; from then on it takes what is typed. */
export async function openPalette(page: Page): Promise<Locator> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Host, file or command' });
  await expect(field).toBeFocused();
  return field;
}
