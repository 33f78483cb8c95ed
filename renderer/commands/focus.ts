/** Attribute of the field that `view.filter` goes to. */
export const filterMark = 'data-filter';

/** Puts the cursor into the shown view's filter and selects what is in it. */
export function focusFilter(): void {
  const field = document.querySelector(`[${filterMark}]`);
  if (field instanceof HTMLInputElement) {
    field.focus();
    field.select();
  }
}
