import v8 from 'node:v8'

/**
 * Has V8 collect what plays leave behind as suits many threads of this process that do nothing else. What a play makes lives as
 * long as the play, and some are under way whenever V8 looks: it takes such things for long-lived, and makes them where they
 * are collected late. And its helpers, which collect for one thread on all cores, take those from the other threads.
 * With all three off a schedule costs two thirds, and two threads get in each other's way less: bench/exploration.mjs.
 */
export function collectForThreads(): void {
  for (const flag of ['allocation-site-pretenuring', 'parallel-scavenge', 'concurrent-marking'])
    v8.setFlagsFromString(`--no-${flag}`)
}
