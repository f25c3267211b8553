/*
 * Makes the checks of one group, one after the other, and prints a line of JSON for each: `node main.mjs <group>`.
 */
import { groups } from './groups.mjs'
import { Skipped } from './check.mjs'

/** How long one check may take. ms */
const LIMIT = 15_000

for (const [name, check] of Object.entries(groups[process.argv[2]])) {
  const { outcome, detail } = await made(check)
  console.log(JSON.stringify({ name, outcome, detail }))
}
// Connections that clients keep would keep the process, too.
process.exit()

async function made(check) {
  const { promise: broken, reject } = withReject()
  const timer = setTimeout(() => reject(new Error(`not over after ${LIMIT} ms`)), LIMIT)
  // A client that throws where nobody waits fails its own check, and not those that follow.
  process.on('uncaughtException', reject)
  try {
    await Promise.race([check(), broken])
    return { outcome: 'passed' }
  } catch (error) {
    return { outcome: error instanceof Skipped ? 'skipped' : 'failed', detail: story(error) }
  } finally {
    clearTimeout(timer)
    process.off('uncaughtException', reject)
  }
}

/** A promise that somebody else rejects. */
function withReject() {
  let reject
  const promise = new Promise((_, refuse) => {
    reject = refuse
  })
  return { promise, reject }
}

/** What went wrong, causes included. */
function story(error) {
  const lines = []
  for (let one = error; one instanceof Error; one = one.cause) {
    lines.push([one.code, one.message || one.name].filter(Boolean).join(' '))
    for (const part of one.errors ?? []) lines.push(story(part))
  }
  return lines.join(' <- ') || String(error)
}
