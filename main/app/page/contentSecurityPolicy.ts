/**
 * The one `<style>` that react-aria puts into the page by itself (`touch-action` of what can be
 * pressed), named by its hash so that no other inline style passes. Every story fails on a
 * violation: after an update of react-aria the browser's message there has the new hash.
 */
const reactAriaStyle = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";

/** Sent with every file of the window: it loads its own files only and speaks to nobody. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${reactAriaStyle}`,
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
