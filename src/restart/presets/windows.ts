import { lifetime, type RestartRecord, type RestartWindow } from '../history.ts'

/**
 * Counts starts in windows that follow each other: the first start opens one, and the first start later than `ms` after
 * that the next. The very first start of each is allowed by opening it and does not count. (systemd, src/basic/ratelimit.c)
 */
export function restartsSinceOpened(ms: number): RestartWindow {
  return (failures) => {
    let [opened, count] = [failures[0]?.startedAt ?? 0, 0]
    for (const { endedAt, delay = 0 } of failures) {
      const next = endedAt + delay
      ;[opened, count] = next - opened > ms ? [next, 0] : [opened, count + 1]
    }
    return count
  }
}

/** Where the latest failure is in intervals of `ms`: the first begins with the first start, others with a failure. */
export function interval(failures: readonly RestartRecord[], ms: number): { count: number; end: number } {
  let [begin, count] = [failures[0]?.startedAt ?? 0, 0]
  // The program asks for later than the end; in virtual time a restart at the end can fail at that same moment.
  for (const { endedAt } of failures)
    [begin, count] = endedAt >= begin + ms ? [endedAt, 1] : [begin, count + 1]
  return { count, end: begin + ms }
}

/** Counts failures in {@link interval | intervals}. (Nomad) */
export function failuresInInterval(ms: number): RestartWindow {
  return (failures) => interval(failures, ms).count
}

/** Counts failures of the last so many seconds by clocks that know whole seconds alone, the last one included. (Erlang) */
export function failuresInSeconds(seconds: number): RestartWindow {
  const second = (ms: number): number => Math.floor(ms / 1000)
  return (failures) => {
    const now = second(failures.at(-1)?.endedAt ?? 0)
    return failures.filter(({ endedAt }) => now - second(endedAt) <= seconds).length
  }
}

/** Counts those that lived less than `ms` since the last that lived as long. (supervisord; pm2 as documented) */
export function quickFailuresInARow(ms: number): RestartWindow {
  return (failures) => failures.length - 1 - failures.findLastIndex((one) => lifetime(one) >= ms)
}

/** Counts those that lived less than `ms` among all in the first `span` ms. (pm2) */
export function quickFailuresAtFirst(ms: number, span: number): RestartWindow {
  return (failures) => {
    const since = failures[0]?.startedAt ?? 0
    return failures.filter((one) => lifetime(one) < ms && one.endedAt - since < span).length
  }
}

/** Counts failures until the program has lived for `ms`, all its lives together, and then anew. (respawn) */
export function failuresPerLifetime(ms: number): RestartWindow {
  return (failures) => {
    let [left, count] = [ms, 0]
    for (const failure of failures) {
      left -= lifetime(failure)
      ;[left, count] = left <= 0 ? [ms, 1] : [left, count + 1]
    }
    return count
  }
}
