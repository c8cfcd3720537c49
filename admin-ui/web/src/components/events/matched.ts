/** The matched bytes within a value: match offsets count bytes, the page shows characters. */
export interface Marked {
  before: string;
  match: string;
  after: string;
}

function bytesOf(value: string, base64?: string): Uint8Array {
  if (base64) {
    try {
      return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    } catch {
      // A damaged record: the printable form still tells what matched.
    }
  }
  return new TextEncoder().encode(value);
}

export function markMatch(value: string, match?: { offset: number; length: number }, base64?: string): Marked {
  if (!match || match.length <= 0) return { before: printable(value), match: '', after: '' };
  const bytes = bytesOf(value, base64);
  const start = Math.min(match.offset, bytes.length);
  const end = Math.min(start + match.length, bytes.length);
  const text = (from: number, to: number) => printable(new TextDecoder().decode(bytes.subarray(from, to)));
  return { before: text(0, start), match: text(start, end), after: text(end, bytes.length) };
}

/** Control characters and direction marks are shown, never obeyed: a payload must not redraw the page. */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
