/** Round values for an axis, from 0 to at least `most`. */
export function niceTicks(most: number, wanted = 4): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? rough);
  const ticks: number[] = [];
  for (let value = 0; value < most + step; value += step) ticks.push(value);
  return ticks;
}

const kMinute = 60_000;
const kTimeSteps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((minutes) => minutes * kMinute);

/** Times at round hours or days of the viewer's zone. */
export function timeTicks(from: number, to: number, wanted: number): number[] {
  const step = kTimeSteps.find((value) => value >= (to - from) / wanted) ?? kTimeSteps[kTimeSteps.length - 1] ?? kMinute;
  const offset = new Date(from).getTimezoneOffset() * kMinute;
  const ticks: number[] = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) ticks.push(time);
  return ticks;
}

export function tickLabel(time: number, span: number): string {
  const date = new Date(time);
  if (span > 3 * 86_400_000 || (date.getHours() === 0 && date.getMinutes() === 0)) {
    return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  }
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
