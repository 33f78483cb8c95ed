import { numbered } from '../../components/numbered';

/** A sentence in which the names of functions stand out as code. */
export function MarkedText({
  text,
  names,
}: {
  readonly text: string;
  readonly names: readonly (string | null)[];
}) {
  const wanted = [...new Set(names)].filter((name) => name !== null && name !== '');
  if (wanted.length === 0) return text;
  const pattern = new RegExp(`(${wanted.map(escaped).join('|')})`, 'u');
  return numbered(text.split(pattern)).map(({ item, place }) =>
    wanted.includes(item) ? <code key={place}>{item}</code> : item,
  );
}

function escaped(name: string | null): string {
  return (name ?? '').replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
