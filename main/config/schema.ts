/** What the one file of the user's own holds: settings, and host keys that were accepted. */
import { z } from 'zod';
import { settingsSchema } from '../../shared/api/settings';

/** The version that is read and written here. */
export const configVersion = 1;

/** By what a file is told from others, and from one of a newer version. */
export const headSchema = z.looseObject({
  format: z.literal('klpscope/config'),
  version: z.number().int().min(1),
});

const acceptedKey = {
  host: z.string().min(1).max(1024),
  key: z.base64().max(16_384),
  /** ISO 8601. */
  acceptedAt: z.string(),
};
export type AcceptedKey = z.infer<z.ZodObject<typeof acceptedKey>>;

/** Keys that are not known here are a newer version's, and are kept. */
export const configSchema = headSchema.extend({
  version: z.literal(configVersion),
  /** Those that were changed; missing where none ever was. */
  settings: z.looseObject(settingsSchema.partial().shape).optional(),
  /** Missing where none was ever accepted. */
  hostKeys: z.array(z.looseObject(acceptedKey)).optional(),
});
export type Config = z.infer<typeof configSchema>;

/** The first layout had settings and host keys in files of their own: these are they. */
export const earlierSettingsSchema = settingsSchema.partial();
export const earlierKeysSchema = z.strictObject({
  format: z.literal('klpscope/known-hosts'),
  version: z.literal(1),
  keys: z.array(z.strictObject(acceptedKey)),
});
