import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatBytes } from '@/components/data/format';
import { ErrorNote, Note } from '@/components/feedback/States';
import { FileDrop } from '@/components/form/FileDrop';
import { Panel } from '@/components/layout/Panel';
import { ImportProgress } from './ImportProgress';
import { ImportResultView } from './ImportResultView';
import { useImport } from './useImport';

const kLimitBytes = 100 * 1000 * 1000;

function nameFromFile(file: string): string {
  const stem = file.toLowerCase().replace(/\.(zip|tar\.gz|tgz|conf|tar)$/, '');
  if (/coreruleset|^crs|modsecurity-crs/.test(stem)) return 'crs';
  return stem.replace(/[^a-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'rules';
}

export function ImportPanel({ existing }: { existing: string[] }) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const run = useImport();

  const choose = (files: File[]) => {
    const first = files[0];
    if (!first) return;
    setFile(first);
    setName(nameFromFile(first.name));
    run.reset();
  };
  const done = () => {
    setFile(null);
    run.reset();
  };
  const too_large = file !== null && file.size > kLimitBytes;

  return (
    <Panel title="Import a rule set">
      {!file ? (
        <FileDrop label="Drop a rule set here, or choose a file" hint=".zip or .tar.gz with .conf and .data files, or a single .conf, up to 100 MB" accept=".zip,.gz,.tgz,.conf" onFiles={choose} />
      ) : run.job?.state === 'done' && run.job.result ? (
        <ImportResultView result={run.job.result} onClose={done} />
      ) : run.running ? (
        <ImportProgress job={run.job} file={file.name} onCancel={run.cancel} />
      ) : (
        <div className="stack">
          <div className="row" style={{ alignItems: 'flex-end', flexWrap: 'wrap' }}>
            <TextInput label="Name" description={`${file.name}, ${formatBytes(file.size)}`} value={name} onChange={(event) => setName(event.currentTarget.value)} w={280} />
            <Button disabled={!name || too_large} onClick={() => run.start(name, file)}>
              Import rule set
            </Button>
            <Button variant="default" onClick={done}>
              Cancel
            </Button>
          </div>
          {existing.includes(name) && (
            <Note tone="amber">
              <p>A rule set {name} exists. If the new one loads without an error it takes its place, for the sites that use it too.</p>
            </Note>
          )}
          {too_large && <Note tone="red"><p>The file is larger than 100 MB.</p></Note>}
          {run.job?.state === 'cancelled' && <Note><p>The import was cancelled. Nothing was changed.</p></Note>}
          <ErrorNote error={run.error} />
        </div>
      )}
    </Panel>
  );
}
