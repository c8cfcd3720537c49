import type { Mode } from '@/api/types';
import './form.css';

const kModes: { value: Mode; label: string; text: string }[] = [
  { value: 'DetectionOnly', label: 'Detection', text: 'Attacks are recorded and let through. Right for the first day: look at what would have been blocked.' },
  { value: 'On', label: 'Blocking', text: 'Attacks are refused with status 403 and recorded.' },
  { value: 'Off', label: 'Off', text: 'Requests are forwarded without inspection. Access lists and rate limits still hold.' },
];

export function ModeChoice({ value, onChange }: { value: Mode; onChange: (mode: Mode) => void }) {
  return (
    <div className="mode-choice" role="radiogroup" aria-label="Mode">
      {kModes.map((mode) => (
        <label key={mode.value}>
          <input type="radio" name="mode" value={mode.value} checked={mode.value === value} onChange={() => onChange(mode.value)} />
          <b>{mode.label}</b>
          <span className="dim">{mode.text}</span>
        </label>
      ))}
    </div>
  );
}
