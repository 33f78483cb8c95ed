/** The saved states that ship with the app. */
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sample } from '../../../shared/api/contract';

const listSchema = z.array(
  z.strictObject({
    id: z.string(),
    title: z.string(),
    summary: z.string(),
    /** Below the folder of samples. */
    file: z.string(),
  }),
);

/** Packaged: beside the application's archive, since other programs may want to read them too. */
function samplesFolder(): string {
  return join(app.isPackaged ? process.resourcesPath : app.getAppPath(), 'samples');
}

export function readSamples(): Sample[] {
  const folder = samplesFolder();
  const list = listSchema.parse(JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8')));
  return list.map(({ file, ...sample }) => ({ ...sample, target: join(folder, file) }));
}
