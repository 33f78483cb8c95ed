/**
 * Zod probes `new Function` to compile its parsers; the content security policy refuses that and
 * reports it. This has to run before the first schema is built, so it is a module of its own.
 */
import { config } from 'zod';

config({ jitless: true });
