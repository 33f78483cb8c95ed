/** What a user can set. */
import { z } from 'zod';
import { themes } from './choices';
import { transportKinds, type TransportKind } from './openSsh';

/**
 * By a host's name as it was typed, `[name]:port` with a port. Not a record of zod's, which leaves out
 * what is called `__proto__`.
 */
const transportsSchema = z.custom<Readonly<Record<string, TransportKind>>>(
  (value) =>
    z.record(z.string().max(1024), z.enum(transportKinds)).safeParse(value).success &&
    Object.entries(Object(value)).every(([, chosen]) =>
      transportKinds.some((kind) => kind === chosen),
    ),
  'not a choice of SSH for each host',
);

export const settingsSchema = z.strictObject({
  theme: z.enum(themes),
  /** Zoom factor of the window, 1 is 100 %. */
  zoom: z.number().min(0.5).max(3),
  /** Seconds between two samples of a settled live host. */
  interval: z.number().min(0.5).max(3600),
  /** Which SSH was chosen for a host. */
  transports: transportsSchema,
});
export type Settings = z.infer<typeof settingsSchema>;
