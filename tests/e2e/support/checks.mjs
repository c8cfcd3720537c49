// Named checks that are counted; a failed one does not stop those that can still run.

export class Checks {
  passed = 0;
  failed = 0;

  /** Runs one step of the story. Answers whether it passed; a step that cannot go on throws. */
  async check(name, step) {
    const started = Date.now();
    try {
      await step();
      this.passed += 1;
      console.log(`ok      ${name} (${Date.now() - started} ms)`);
      return true;
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
      return false;
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** Waits on a condition, never for a time. */
export async function until(what, condition, timeout_ms = 60_000) {
  const deadline = Date.now() + timeout_ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeout_ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
