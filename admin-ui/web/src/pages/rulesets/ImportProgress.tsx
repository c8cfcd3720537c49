import { Button, Progress } from '@mantine/core';
import type { Job } from '@/api/rulesets';
import { formatNumber } from '@/components/data/format';
import { Icon } from '@/components/layout/Icon';

const kStages = [
  ['upload', 'Upload'],
  ['unpack', 'Unpack'],
  ['parse', 'Parse'],
  ['check', 'Check'],
  ['compile', 'Compile'],
  ['store', 'Store'],
] as const;

export function ImportProgress({ job, file, onCancel }: { job: Job | undefined; file: string; onCancel: () => void }) {
  const at = Math.max(0, kStages.findIndex(([stage]) => stage === (job?.stage || 'upload')));
  const share = job && job.total > 0 ? (job.done / job.total) * 100 : 0;
  return (
    <div>
      <ol className="stages" aria-label={`Import of ${file}`}>
        {kStages.map(([stage, label], index) => (
          <li key={stage} className={index < at ? 'past' : index === at ? 'at' : undefined}>
            {index < at && <Icon name="check" size={13} />}
            {label}
            {index === at && job && job.total > 0 && (
              <span className="dim">
                {formatNumber(job.done)} of {formatNumber(job.total)}
              </span>
            )}
          </li>
        ))}
      </ol>
      <div className="row">
        <Progress value={job && job.total > 0 ? share : 100} animated={!job || job.total === 0} className="grow" size="sm" transitionDuration={100} aria-label="Progress" />
        <Button size="xs" variant="default" onClick={onCancel} disabled={!job}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
