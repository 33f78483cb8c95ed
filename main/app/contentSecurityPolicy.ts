/**
 * Sent with every file of the window: it loads its own files only and speaks to nobody.
 *
 * No inline style either: the one `<style>` that react-aria would put into the page is kept away by
 * `renderer/index.html`. A story fails on any violation.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
