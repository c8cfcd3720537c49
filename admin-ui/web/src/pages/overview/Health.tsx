import { Link } from 'react-router-dom';
import type { Overview } from '@/api/overview';
import type { Site } from '@/api/types';
import { ModeBadge } from '@/components/data/Badges';
import { EndpointDots } from '@/components/data/EndpointDots';
import { useTimeRange } from '@/components/range/useTimeRange';

/** One line a site: its effective mode and how its endpoints stand. */
export function Health({ sites, endpoints }: { sites: Site[]; endpoints: Overview['endpoints'] }) {
  const { href } = useTimeRange();
  return (
    <ul className="health">
      {sites.slice(0, 8).map((site) => {
        const own = endpoints.filter((endpoint) => endpoint.upstream === site.upstream);
        return (
          <li key={site.name}>
            <Link to={href(`/sites/${encodeURIComponent(site.name)}`)}>
              <span className="clip grow">{site.name}</span>
              <EndpointDots endpoints={own.length > 0 ? own : (site.status?.endpoints ?? [])} />
              <ModeBadge configured={site.waf.mode} effective={site.status?.effective_mode} detail={site.status?.detail} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
