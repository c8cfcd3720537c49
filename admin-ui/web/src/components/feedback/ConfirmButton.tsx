import { Button, Modal, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { ErrorNote } from './States';

interface ConfirmButtonProps extends Omit<ButtonProps, 'children'> {
  label: ReactNode;
  title: string;
  /** What will be lost. */
  text: ReactNode;
  confirm: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** A button that says what will be lost before it does it, and shows why when it could not. */
export function ConfirmButton({ label, title, text, confirm, danger, onConfirm, ...button }: ConfirmButtonProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const act = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      close();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={<b>{title}</b>} size="md">
        <div className="stack">
          <div>{text}</div>
          <ErrorNote error={error} />
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button color={danger ? 'red' : undefined} loading={busy} onClick={() => void act()}>
              {confirm}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
