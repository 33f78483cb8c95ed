import { Fragment } from 'react';
import { visible } from '../../shared/base/text';
import { numbered } from './numbered';

/** A path or command that breaks after slashes, where it has to break. */
export function PathText({ text }: { readonly text: string }) {
  return numbered(visible(text).split(/(?<=\/)/)).map(({ item, place }) => (
    <Fragment key={place}>
      {item}
      {item.endsWith('/') ? <wbr /> : null}
    </Fragment>
  ));
}
