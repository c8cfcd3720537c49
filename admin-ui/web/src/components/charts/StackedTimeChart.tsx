import { useElementSize } from '@mantine/hooks';
import { useRef, useState, type PointerEvent } from 'react';
import { formatCompact, formatNumber, formatTime } from '@/components/data/format';
import { niceTicks, tickLabel, timeTicks } from './scale';
import './charts.css';

export interface Series {
  key: string;
  label: string;
  color: string;
}

export interface ChartPoint {
  time: number;
  values: Record<string, number>;
}

interface StackedTimeChartProps {
  points: ChartPoint[];
  /** Bottom first. */
  series: Series[];
  stepMs: number;
  from: number;
  to: number;
  height?: number;
  onSelect?: (from: Date, to: Date) => void;
  label: string;
}

const kLeft = 44;
const kBottom = 22;
const kTop = 8;

/** Columns over time with both axes; dragging over it selects a range. */
export function StackedTimeChart({ points, series, stepMs, from, to, height = 200, onSelect, label }: StackedTimeChartProps) {
  const { ref, width } = useElementSize();
  const svg = useRef<SVGSVGElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);

  const inner_width = Math.max(10, width - kLeft - 4);
  const inner_height = height - kTop - kBottom;
  const totals = points.map((point) => series.reduce((sum, item) => sum + (point.values[item.key] ?? 0), 0));
  const ticks = niceTicks(Math.max(0, ...totals), height < 120 ? 2 : 4);
  const most = ticks[ticks.length - 1] ?? 1;
  const x = (time: number) => kLeft + ((time - from) / Math.max(1, to - from)) * inner_width;
  const y = (value: number) => kTop + inner_height - (value / most) * inner_height;
  const column = Math.max(1.5, (stepMs / Math.max(1, to - from)) * inner_width - 1);

  const timeAt = (event: PointerEvent) => {
    const left = svg.current?.getBoundingClientRect().left ?? 0;
    const share = (event.clientX - left - kLeft) / inner_width;
    return from + Math.min(1, Math.max(0, share)) * (to - from);
  };
  const move = (event: PointerEvent) => {
    const time = timeAt(event);
    if (drag) setDrag([drag[0], time]);
    setHover(points.findIndex((point) => time >= point.time && time < point.time + stepMs));
  };
  const release = () => {
    if (drag && onSelect) {
      const [a, b] = [Math.min(...drag), Math.max(...drag)];
      if (b - a > stepMs / 2) onSelect(new Date(a), new Date(b));
    }
    setDrag(null);
  };
  const hovered = hover !== null && hover >= 0 ? points[hover] : undefined;

  return (
    <div ref={ref} className="chart" style={{ height }}>
      {width > 0 && (
        <svg
          ref={svg}
          width={width}
          height={height}
          role="img"
          aria-label={label}
          onPointerMove={move}
          onPointerLeave={() => setHover(null)}
          onPointerDown={(event) => {
            if (!onSelect) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            const time = timeAt(event);
            setDrag([time, time]);
          }}
          onPointerUp={release}
          style={{ cursor: onSelect ? 'crosshair' : undefined }}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={kLeft} x2={width} y1={y(tick)} y2={y(tick)} className={tick === 0 ? 'axis' : 'grid'} />
              <text x={kLeft - 8} y={y(tick) + 4} textAnchor="end">
                {formatCompact(tick)}
              </text>
            </g>
          ))}
          {timeTicks(from, to, Math.max(2, Math.floor(inner_width / 90))).map((time) => (
            <text key={time} x={x(time)} y={height - 5} textAnchor={x(time) > width - 24 ? 'end' : 'middle'}>
              {tickLabel(time, to - from)}
            </text>
          ))}
          {points.map((point, index) => {
            let base = 0;
            return (
              <g key={point.time} opacity={hover === null || hover < 0 || hover === index ? 1 : 0.6}>
                {series.map((item) => {
                  const value = point.values[item.key] ?? 0;
                  if (value <= 0) return null;
                  const bottom = y(base);
                  base += value;
                  // One event among thousands of requests must still be seen.
                  const bar = Math.max(1.5, bottom - y(base));
                  const left = Math.max(kLeft, x(point.time));
                  return <rect key={item.key} x={left} y={bottom - bar} width={column} height={bar} fill={item.color} />;
                })}
              </g>
            );
          })}
          {drag && (
            <rect x={x(Math.min(...drag))} width={Math.abs(x(drag[1]) - x(drag[0]))} y={kTop} height={inner_height} className="brush" />
          )}
        </svg>
      )}
      {hovered && (
        <div className="chart-tip" style={x(hovered.time) > width * 0.6 ? { right: width - x(hovered.time) + 8 } : { left: x(hovered.time) + column + 8 }}>
          <div className="small dim nowrap">{formatTime(new Date(hovered.time)).slice(0, 16)}</div>
          {[...series].reverse().map((item) => (
            <div key={item.key} className="row small nowrap">
              <i className="swatch" style={{ background: item.color }} />
              <span className="grow">{item.label}</span>
              <b>{formatNumber(hovered.values[item.key] ?? 0)}</b>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

export function Legend({ series, totals }: { series: Series[]; totals?: Record<string, number> }) {
  return (
    <div className="legend">
      {series.map((item) => (
        <span key={item.key} className="row" style={{ gap: 6 }}>
          <i className="swatch" style={{ background: item.color }} />
          {item.label}
          {totals && <b>{formatNumber(totals[item.key] ?? 0)}</b>}
        </span>
      ))}
    </div>
  );
}
