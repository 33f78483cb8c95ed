/** What a user can set. */
import { z } from 'zod';
import { themes } from './choices';
import { transportKinds } from './openSsh';

export const settingsSchema = z.strictObject({
  theme: z.enum(themes),
  /** Zoom factor of the window, 1 is 100 %. */
  zoom: z.number().min(0.5).max(3),
  /** Seconds between two samples of a settled live host. */
  interval: z.number().min(0.5).max(3600),
  /** Which SSH was chosen for a host, by its name as it was typed, `[name]:port` with a port. */
  transports: z.record(z.string().max(1024), z.enum(transportKinds)),
});
export type Settings = z.infer<typeof settingsSchema>;
