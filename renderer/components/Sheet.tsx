import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useWindow } from '../state/store';
import './overlays.css';

export function closeOverlay(): void {
  useWindow.setState({ overlay: null });
}

/**
 * A dialog over the window. Escape and a click beside it close it; the focus stays inside, and goes
 * back where it came from.
 *
 * @param title shown as its heading; or only its name, where `bare`
 * @param onClose a dialog that is not the window's overlay: only Escape and its buttons close it
 */
export function Sheet({
  title,
  bare = false,
  className,
  onClose,
  children,
}: {
  readonly title: string;
  readonly bare?: boolean;
  readonly className: string;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}) {
  const close = onClose ?? closeOverlay;
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={onClose === undefined}
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Modal className={`sheet panel ${className}`}>
        {bare ? (
          <Dialog className="sheet__dialog" aria-label={title}>
            {children}
          </Dialog>
        ) : (
          <Dialog className="sheet__dialog">
            <header className="sheet__head">
              <Heading slot="title" level={2}>
                {title}
              </Heading>
              <button type="button" className="icon-button" aria-label="Close" onClick={close}>
                <X size={16} aria-hidden />
              </button>
            </header>
            {children}
          </Dialog>
        )}
      </Modal>
    </ModalOverlay>
  );
}
