/**
 * Zod probes `new Function` to compile its parsers; the content security policy refuses that and
 * reports it. What says no has to stand before zod's first schema, in whichever chunk the bundler
 * puts that: so it's set where zod looks for its configuration (`zod/v4/core/core.js`), by the
 * window's first module, without zod. A story fails on any violation.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
