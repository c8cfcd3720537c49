import { notifications } from '@mantine/notifications';
import { asApiError } from '@/api/error';

export function toastDone(message: string): void {
  notifications.show({ message, autoClose: 4000, withBorder: true });
}

export function toastError(error: unknown): void {
  const api = asApiError(error);
  notifications.show({ title: 'That did not work', message: api.message, color: 'red', autoClose: 10_000, withBorder: true });
}
