import type { Diagnostic } from './types';

/** Every failure of a call, the network's included (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field?: string,
    readonly diagnostics: Diagnostic[] = [],
    readonly requestId?: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  static from(status: number, body: unknown): ApiError {
    const error = (body as { error?: Record<string, unknown> } | null)?.error;
    if (!error) return new ApiError(status, 'internal', `The gateway answered ${status} without saying why.`);
    return new ApiError(
      status,
      String(error.code ?? 'internal'),
      sentence(String(error.message ?? 'The gateway did not say why.')),
      typeof error.field === 'string' ? error.field : undefined,
      Array.isArray(error.diagnostics) ? (error.diagnostics as Diagnostic[]) : [],
      typeof error.request_id === 'string' ? error.request_id : undefined,
    );
  }
}

/** The API writes its messages lower-case and without a full stop, as a log line wants them. */
function sentence(text: string): string {
  const trimmed = text.trim();
  const upper = /^[a-z]+ /.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.?!:]$/.test(upper) ? upper : `${upper}.`;
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'unavailable', error instanceof Error ? error.message : String(error));
}
