/** One line on standard error; what a host said may be in it, so control characters are shown. */
export function say(message: string): void {
  process.stderr.write(`klpscope: ${escapeControls(message)}\n`);
}

/** The text with its control characters spelled out, as `\u001b`. */
function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
