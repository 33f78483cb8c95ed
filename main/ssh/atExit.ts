/** What is to be tidied up even where the program ends at once, as the command line does. */

const duties = new Set<() => void>();

/**
 * @param duty must be done at once: nothing that it starts comes to an end any more
 * @returns that it is done already
 */
export function atExit(duty: () => void): () => void {
  if (duties.size === 0) process.once('exit', doAll);
  duties.add(duty);
  return () => {
    duties.delete(duty);
    if (duties.size === 0) process.off('exit', doAll);
  };
}

function doAll(): void {
  for (const duty of duties) duty();
}
