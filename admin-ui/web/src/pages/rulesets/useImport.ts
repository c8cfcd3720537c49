import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError } from '@/api/error';
import { cancelJob, getJob, importRuleset, type Job } from '@/api/rulesets';

interface ImportRun {
  job: Job | undefined;
  running: boolean;
  error: unknown;
  start: (name: string, file: File) => void;
  cancel: () => void;
  reset: () => void;
}

/** One import from the upload to its result; the job goes on in the gateway should the page be left. */
export function useImport(): ImportRun {
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const [uploading, setUploading] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const query = useQuery({
    queryKey: ['job', id],
    queryFn: ({ signal }) => getJob(id ?? '', signal),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'running' ? false : 300),
  });
  const job = id === null ? undefined : query.data;
  const state = job?.state;

  useEffect(() => {
    if (state === 'done') {
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'job' });
    }
  }, [state, client]);

  const job_error =
    job?.state === 'failed'
      ? new ApiError(400, 'invalid', job.error?.message ?? 'The rule set was refused.', undefined, job.error?.diagnostics ?? job.result?.diagnostics ?? [], job.error?.request_id)
      : null;

  return {
    job,
    running: uploading || (id !== null && (state === undefined ? !query.isError : state === 'running')),
    error: failed ?? job_error ?? query.error,
    start: (name, file) => {
      setFailed(null);
      setId(null);
      setUploading(true);
      importRuleset(name, file)
        .then(({ job: started }) => setId(started))
        .catch(setFailed)
        .finally(() => setUploading(false));
    },
    cancel: () => {
      if (id) cancelJob(id).then(() => query.refetch()).catch(setFailed);
    },
    reset: () => {
      setId(null);
      setFailed(null);
    },
  };
}
